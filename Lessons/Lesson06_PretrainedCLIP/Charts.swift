import Datasets
import Images
import Notebook
import Pretrained
import Tensors

/// A picture beside its candidates, each with its probability as a bar; the most likely one is green.
///
/// - Parameters:
///   - picture: a small one is enlarged by a whole number, a large one made 64 pixels high.
///   - texts: the candidates.
///   - probabilities: one for each text, 0 to 1.
func candidateChart(_ picture: Image, _ texts: [String], _ probabilities: Tensor) -> Image {
  let (rowHeight, barStart, barWidth) = (14, 250, 100)
  let width = picture.width * 64 / picture.height
  let shown =
    picture.height < 64
    ? picture.enlarged(by: 64 / picture.height) : picture.resized(width: width, height: 64, filter: .bicubic)
  let height = max(shown.height, texts.count * rowHeight)
  var chart = Image(width: shown.width + barStart + barWidth + 44, height: height, format: .rgb)
  chart.paste(shown, x: 0, y: 0)
  chart.stroke(Rectangle(x: 0, y: 0, width: shown.width, height: shown.height), color: .lightGray)
  let best = probabilities.max().item
  for (row, (text, probability)) in zip(texts, probabilities.scalars).enumerated() {
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

/// How one picture goes together with its candidates: cosine, scaled cosine and probability of each.
func candidateRows(_ texts: [String], _ cosines: Tensor, _ scaled: Tensor, _ probabilities: Tensor) -> [[Cell]] {
  let numbers = Tensor.cat([cosines, scaled, probabilities], dim: 0).T.rows  // [texts, 3]
  return zip(texts, numbers).map { text, numbers in
    [.text(text), .fixed(numbers[0], decimals: 4), .fixed(numbers[1], decimals: 2), .percent(numbers[2])]
  }
}

/// What an image processor makes of a picture: its size before and its shape after, and the least and largest number.
func processedRow(_ name: String, _ picture: Image, _ processor: ImageProcessor) -> [Cell] {
  let pixels = require(try processor([picture])).pixelValues
  return [.text(name), .text(picture.description), .shape(pixels.shape)]
    + [pixels.min(), pixels.max()].map { .fixed($0.item, decimals: 2) }
}

/// Cosines of a picture of each kind (rows) and of a text about each (columns).
func similarityFigure(_ cosines: Tensor, _ kinds: [SceneCombination]) -> Image {
  let names = kinds.map { "\($0)" }
  return .labeledHeatMap(cosines.scalars, rows: names, columns: names, cell: 10)
}

/// The pictures that section 6.8 asks about, each with what it is.
func askedPictures() throws -> [(name: String, image: Image)] {
  [
    ("the cat", try Photos.cat), ("a cup of coffee", try Photos.coffee),
    ("a black picture", Image(width: 32, height: 32, format: .rgb, color: .black)),
    ("a white picture", Image(width: 32, height: 32, format: .rgb, color: .white)),
  ]
}

/// The text nearest to a picture with its cosine, and the best cosine of another list.
func nearestRow(_ name: String, _ texts: [String], _ cosines: [Float], among others: [Float]) -> [Cell] {
  let best = Tensor(cosines).argmax(dim: 0).scalars[0]
  return [
    .text(name), .text(texts[best]), .fixed(cosines[best], decimals: 2), .fixed(others.max() ?? .nan, decimals: 2),
  ]
}

extension Tensor {
  /// The numbers of a matrix, row by row.
  var rows: [[Float]] { (0..<shape[0]).map { self[$0].scalars } }
}
