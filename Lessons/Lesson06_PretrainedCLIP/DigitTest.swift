import Datasets
import Evaluation
import Images
import Tensors

/// Real digits, encoded once, to try classifiers on.
struct DigitTest {
  /// The digits.
  let digits: Digits
  private let encode: Encoder
  private let pictures: Tensor

  /// Encodes digits.
  init(_ digits: Digits, _ encode: Encoder) {
    self.digits = digits
    self.encode = encode
    pictures = encode.digits(digits)
  }

  /// Cosines of the digits and of texts, `[digits, texts]`.
  func cosines(_ texts: Tensor) -> Tensor { pictures.matmul(texts.T) }

  /// Cosines of the digits and of texts, and which text each digit's own is.
  func known(_ texts: Tensor, firstDigit: Int) -> KnownPictures {
    KnownPictures(cosines: cosines(texts), own: digits.labels.map { firstDigit + $0 })
  }

  /// What each digit is taken for.
  ///
  /// - Parameter wordings: texts of a class, in which `_` stands for the digit's name.
  func guesses(_ wordings: [String]) -> [Int] {
    let classes = DigitCaption.names.map { name in wordings.map { $0.replacing("_", with: name) } }
    return pictures.matmul(encode.classifier(classes).T).argmax(dim: 1).scalars
  }

  /// The share of digits that are taken for what they are.
  func accuracy(_ wordings: [String]) -> Double { digits.accuracy(of: guesses(wordings)) }

  /// By how many digits the best and the worst of some wordings differ.
  func spread(_ wordings: [DigitWording]) -> Int {
    let right = wordings.map { zip(guesses($0.frames), digits.labels).count { $0 == $1 } }
    return (right.max() ?? 0) - (right.min() ?? 0)
  }

  /// The digits that are taken for others, each with what it is and what it was taken for.
  func mistakes(_ guesses: [Int]) -> Image {
    let wrong = digits.labels.indices.filter { guesses[$0] != digits.labels[$0] }
    return .grid(
      wrong.map { digits.image(at: $0).enlarged(by: 6) }, columns: 10, gap: 6,
      labels: wrong.map { "\(digits.labels[$0]) as \(guesses[$0])" })
  }
}

/// Examples for simple methods: vectors of equal length, one after another, with a label each.
struct LabeledVectors {
  let numbers: [Float]
  let labels: [Int]

  init(_ numbers: [Float], labels: [Int]) {
    self.numbers = numbers
    self.labels = labels
  }

  private var width: Int { numbers.count / labels.count }

  /// `[examples, numbers of each]`.
  var tensor: Tensor { Tensor(numbers, shape: [labels.count, width]) }

  /// Digits of 64 numbers each as pictures, white on black.
  var digitImages: [Image] {
    let (side, top) = (Digits.side, Digits.maximumLevel)
    return labels.indices.map { place in
      let ink = numbers[place * width..<(place + 1) * width]
      return Image(
        width: side, height: side, format: .gray, pixels: ink.map { UInt8(Int($0 * Float(top)) * 255 / top) })
    }
  }

  /// The share of guesses that are right, 0 to 1.
  func accuracy(of guesses: [Int]) -> Double { Double(zip(guesses, labels).count { $0 == $1 }) / Double(labels.count) }

  /// Some of them, in the order of the places.
  func subset(_ places: [Int]) -> LabeledVectors {
    LabeledVectors(places.flatMap { numbers[$0 * width..<($0 + 1) * width] }, labels: places.map { labels[$0] })
  }

  /// Logistic regression fitted to them.
  func regression() -> LogisticRegression {
    LogisticRegression(features: numbers, labels: labels, classCount: Digits.classCount, tolerance: 1e-5)
  }
}

/// For each digit the share of its pictures that are taken for it, and the digits with the smallest and largest share.
func perClass(_ labels: [Int], _ guesses: [Int]) -> (share: [Double], worst: Int, best: Int) {
  let share = (0..<Digits.classCount).map { digit in
    let own = labels.indices.filter { labels[$0] == digit }
    return Double(own.count { guesses[$0] == digit }) / Double(own.count)
  }
  let order = share.indices.sorted { (share[$0], $0) < (share[$1], $1) }
  return (share, order[0], share.indices.first { share[$0] == share[order[order.count - 1]] } ?? 0)
}
