import Datasets
import Support
import Tensors

/// Multinomial logistic regression: a linear layer and softmax, trained to the one optimum.
///
/// Minimizes Σ cross-entropy + ½ ‖W‖² / C, the intercepts free, which is scikit-learn's `LogisticRegression(C=1)`;
/// the solution is scikit-learn's too. Double precision, sums in a fixed order, no library functions: the same bits
/// everywhere.
public struct LogisticRegression: BaselineClassifier {
  /// Numbers of one example.
  public let featureCount: Int
  /// The number of classes.
  public let classCount: Int
  /// The weights, `featureCount + 1` rows of one number a class; the last row is the intercepts.
  public let weights: [Double]
  /// Steps that training took.
  public let iterations: Int
  /// The largest entry of the gradient, divided by the number of examples, where training stopped.
  public let gradientNorm: Double

  /// Trains on examples.
  ///
  /// - Parameters:
  ///   - features: the examples one after another, best between about -1 and 1.
  ///   - labels: their classes, from 0.
  ///   - inverseRegularization: scikit-learn's C: the larger, the freer the weights.
  ///   - tolerance: the `gradientNorm` at which training stops.
  ///   - maximumIterations: steps after which training stops anyway.
  public init(
    features: [Float], labels: [Int], classCount: Int, inverseRegularization: Double = 1, tolerance: Double = 1e-7,
    maximumIterations: Int = 1_000
  ) {
    if labels.isEmpty || features.count % labels.count != 0 {
      reportMisuse(
        "LogisticRegression", "\(features.count) numbers do not divide evenly among \(labels.count) examples")
    }
    if let label = labels.first(where: { $0 < 0 || $0 >= classCount }) {
      reportMisuse("LogisticRegression", "label \(label) is not one of \(classCount) classes")
    }
    let objective = SoftmaxObjective(
      features: features.map(Double.init), labels: labels, classCount: classCount,
      penalty: 1 / inverseRegularization)
    let optimum = LimitedMemoryBFGS(tolerance: tolerance, maximumIterations: maximumIterations).minimize(
      from: [Double](repeating: 0, count: (objective.featureCount + 1) * classCount), gradient: objective.gradient)
    featureCount = objective.featureCount
    self.classCount = classCount
    weights = optimum.point
    iterations = optimum.iterations
    gradientNorm = optimum.gradientNorm
  }

  /// Trains on digits with ink from 0 to 1, by default with scikit-learn's C of 1.
  public init(_ digits: Digits, inverseRegularization: Double = 1) {
    self.init(
      features: digits.inputs, labels: digits.labels, classCount: Digits.classCount,
      inverseRegularization: inverseRegularization)
  }

  /// The guessed class of each example.
  public func predict(_ features: [Float]) -> [Int] {
    checkExamples("LogisticRegression", features)
    return stride(from: 0, to: features.count, by: featureCount).map { start in
      var scores = Array(weights[(featureCount * classCount)...])
      for feature in 0..<featureCount {
        let value = Double(features[start + feature])
        for index in 0..<classCount { scores[index] += value * weights[feature * classCount + index] }
      }
      return scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
  }
}

/// The gradient of the mean cross-entropy plus the penalty on the weights.
private struct SoftmaxObjective {
  let features: [Double]
  let labels: [Int]
  let classCount: Int
  let penalty: Double

  var featureCount: Int { features.count / labels.count }

  func gradient(at weights: [Double]) -> [Double] {
    let (featureCount, classCount) = (featureCount, classCount)
    var result = [Double](repeating: 0, count: weights.count)
    var scores = [Double](repeating: 0, count: classCount)
    features.withUnsafeBufferPointer { features in
      weights.withUnsafeBufferPointer { weights in
        result.withUnsafeMutableBufferPointer { result in
          scores.withUnsafeMutableBufferPointer { scores in
            for (example, label) in labels.enumerated() {
              let start = example * featureCount
              for index in 0..<classCount { scores[index] = weights[featureCount * classCount + index] }
              for feature in 0..<featureCount {
                let value = features[start + feature]
                // Most of a sheet of paper is white.
                if value == 0 { continue }
                for index in 0..<classCount { scores[index] += value * weights[feature * classCount + index] }
              }
              Self.softmax(scores)
              scores[label] -= 1
              for feature in 0..<featureCount {
                let value = features[start + feature]
                if value == 0 { continue }
                for index in 0..<classCount { result[feature * classCount + index] += value * scores[index] }
              }
              for index in 0..<classCount { result[featureCount * classCount + index] += scores[index] }
            }
          }
        }
      }
    }
    let scale = 1 / Double(labels.count)
    for index in result.indices {
      let weight = index < featureCount * classCount ? weights[index] : 0
      result[index] = (result[index] + penalty * weight) * scale
    }
    return result
  }

  private static func softmax(_ scores: UnsafeMutableBufferPointer<Double>) {
    var largest = scores[0]
    for score in scores where score > largest { largest = score }
    var sum = 0.0
    for index in scores.indices {
      scores[index] = ElementaryDouble.exp(scores[index] - largest)
      sum += scores[index]
    }
    for index in scores.indices { scores[index] /= sum }
  }
}
