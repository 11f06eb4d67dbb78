import Datasets
import Evaluation
import Images
import Notebook
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
    pictures = encode(digits.labels.indices.map(digits.image(at:)))
  }

  /// Cosines of the digits and of texts, `[digits, texts]`.
  func cosines(_ texts: Tensor) -> Tensor { pictures.matmul(texts.T) }

  /// What each digit is taken for.
  ///
  /// - Parameter wordings: texts of a class, in which `_` stands for the digit's name.
  func guesses(_ wordings: [String]) -> [Int] {
    let classes = DigitCaption.names.map { name in wordings.map { $0.replacing("_", with: name) } }
    return pictures.matmul(encode.classifier(classes).T).argmax(dim: 1).scalars
  }

  /// The share of digits that are taken for what they are.
  func accuracy(_ wordings: [String]) -> Double { digits.accuracy(of: guesses(wordings)) }
}

extension DigitTest {
  /// A row of the table of wordings.
  func row(_ wording: DigitWording) -> [Cell] {
    let frames = wording.frames
    return [
      .text(wording.name), .text(frames.count == 1 ? frames[0] : "mean of \(frames.count)"), .percent(accuracy(frames)),
    ]
  }

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

/// What guessing and two simple methods, fitted to the training digits, make of the held-out ones.
func baselineRows(_ digits: Digits.Split) -> [[Cell]] {
  let centroid = NearestCentroid(digits.training).accuracy(on: digits.test)
  let regression = LogisticRegression(digits.training).accuracy(on: digits.test)
  return [
    ["chance", .percent(0.1)], ["nearest centroid", .percent(centroid)], ["logistic regression", .percent(regression)],
  ]
}
