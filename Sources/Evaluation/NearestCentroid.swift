import Datasets
import Support

/// A classifier of plain numbers: a baseline for the course's neural networks.
public protocol BaselineClassifier: Sendable {
  /// Numbers of one example.
  var featureCount: Int { get }
  /// The guessed class of each example.
  ///
  /// - Parameter features: the examples one after another, `featureCount` numbers each.
  func predict(_ features: [Float]) -> [Int]
}

extension BaselineClassifier {
  /// The share of digits that are guessed right, 0 to 1.
  public func accuracy(on digits: Digits) -> Double {
    digits.accuracy(of: predict(digits.inputs))
  }

  /// Examples have `featureCount` numbers each, of which there is at least one.
  func checkExamples(_ name: String, _ features: [Float]) {
    if featureCount == 0 || features.count % featureCount != 0 {
      reportMisuse(name, "\(features.count) numbers are no examples of \(featureCount) numbers each")
    }
  }
}

/// Guesses the class whose mean is nearest (Euclid's distance; ties go to the lower class).
public struct NearestCentroid: BaselineClassifier {
  /// Numbers of one example.
  public let featureCount: Int
  /// The mean of each class, one after another.
  public let centroids: [Double]

  /// Takes the mean of each class.
  ///
  /// - Parameters:
  ///   - features: the examples one after another.
  ///   - labels: their classes, from 0.
  /// - Precondition: every class up to the largest label has an example.
  public init(features: [Float], labels: [Int]) {
    if labels.isEmpty || features.count % labels.count != 0 {
      reportMisuse("NearestCentroid", "\(features.count) numbers do not divide evenly among \(labels.count) examples")
    }
    if let label = labels.first(where: { $0 < 0 }) { reportMisuse("NearestCentroid", "label \(label) is negative") }
    let featureCount = features.count / labels.count
    let classCount = (labels.max() ?? 0) + 1
    var sums = [Double](repeating: 0, count: classCount * featureCount)
    var counts = [Int](repeating: 0, count: classCount)
    for (index, label) in labels.enumerated() {
      counts[label] += 1
      for feature in 0..<featureCount {
        sums[label * featureCount + feature] += Double(features[index * featureCount + feature])
      }
    }
    if let empty = counts.firstIndex(of: 0) {
      reportMisuse("NearestCentroid", "class \(empty) has no example, and so no mean")
    }
    for index in sums.indices { sums[index] /= Double(counts[index / featureCount]) }
    self.featureCount = featureCount
    centroids = sums
  }

  /// Takes the mean of each digit.
  public init(_ digits: Digits) {
    self.init(features: digits.inputs, labels: digits.labels)
  }

  /// The guessed class of each example.
  public func predict(_ features: [Float]) -> [Int] {
    checkExamples("NearestCentroid", features)
    return stride(from: 0, to: features.count, by: featureCount).map { start in
      var nearest = (index: 0, distance: Double.infinity)
      for index in 0..<centroids.count / featureCount {
        var distance = 0.0
        for feature in 0..<featureCount {
          let difference = Double(features[start + feature]) - centroids[index * featureCount + feature]
          distance += difference * difference
        }
        if distance < nearest.distance { nearest = (index, distance) }
      }
      return nearest.index
    }
  }
}
