import Datasets
import Images
import Notebook
import Pretrained
import Tensors
import Tokenizers

/// A picture beside its candidates, each with its probability as a bar; the most likely one is green.
///
/// - Parameters:
///   - picture: a small one is enlarged by a whole number, a large one made 64 pixels high.
///   - texts: the candidates.
///   - probabilities: one for each text, 0 to 1.
func candidateChart(_ picture: Image, _ texts: [String], _ probabilities: [Float]) -> Image {
  let (rowHeight, barStart, barWidth) = (14, 250, 100)
  let width = picture.width * 64 / picture.height
  let shown =
    picture.height < 64
    ? picture.enlarged(by: 64 / picture.height) : picture.resized(width: width, height: 64, filter: .bicubic)
  let height = max(shown.height, texts.count * rowHeight)
  var chart = Image(width: shown.width + barStart + barWidth + 44, height: height, format: .rgb)
  chart.paste(shown, x: 0, y: 0)
  chart.stroke(Rectangle(x: 0, y: 0, width: shown.width, height: shown.height), color: .lightGray)
  let best = probabilities.max() ?? 0
  for (row, (text, probability)) in zip(texts, probabilities).enumerated() {
    let top = row * rowHeight + 2
    chart.drawText(text, x: shown.width + 8, y: top + 1)
    let bar = Rectangle(x: shown.width + barStart, y: top, width: Int(Float(barWidth) * probability + 0.5), height: 10)
    chart.fill(bar, color: probability == best ? .green : .lightGray)
    chart.drawText(
      Format.percent(probability, decimals: 1), x: shown.width + barStart + barWidth + 4, y: top + 1,
      color: .black)
  }
  return chart
}

/// A photograph on its way through the image processor; the small pictures are enlarged to be seen.
func processorFigure(_ photo: Image, _ resized: Image, _ cropped: Image) -> Image {
  let height = 160
  let shown = photo.resized(width: photo.width * height / photo.height, height: height, filter: .bicubic)
  let scale = height / resized.height
  return .grid(
    [shown, resized.enlarged(by: scale), cropped.enlarged(by: scale)], columns: 3, gap: 8,
    labels: ["\(photo)", "resized to \(resized)", "cropped to \(cropped)"])
}

/// Numbers in a cell of a table.
func joined(_ numbers: [Int]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }

/// Kinds of things, listed.
func names(_ kinds: [SceneCombination]) -> String { kinds.map { "\($0)" }.joined(separator: ", ") }

/// The ids of a text without its filling.
func withoutFilling(_ text: Encoding) -> [Int] { zip(text.ids, text.attentionMask).filter { $1 == 1 }.map(\.0) }

/// The length of a vector.
func length(_ vector: Tensor) -> Float { (vector * vector).sum().sqrt().item }

/// The pictures that section 6.9 asks about, each with what it is.
func askedPictures() throws -> [(name: String, image: Image)] {
  [
    ("the cat", try Photos.cat), ("a cup of coffee", try Photos.coffee),
    ("random noise", noise(1, seed: lesson.seed)[0]),
    ("a black picture", Image(width: 32, height: 32, format: .rgb, color: .black)),
    ("a white picture", Image(width: 32, height: 32, format: .rgb, color: .white)),
  ]
}

extension Tensor {
  /// The numbers of a matrix, row by row.
  var rows: [[Float]] { (0..<shape[0]).map { self[$0].scalars } }
}
