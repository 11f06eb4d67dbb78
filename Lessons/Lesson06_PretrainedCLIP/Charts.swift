import Datasets
import Images
import Notebook
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
  chart.stroke(Rectangle(x: 0, y: 0, width: shown.width, height: shown.height), color: .lightGrey)
  let best = probabilities.max().item
  for (row, (text, probability)) in zip(texts, probabilities.scalars).enumerated() {
    let top = row * rowHeight + 2
    chart.drawText(text, x: shown.width + 8, y: top + 1)
    let bar = Rectangle(x: shown.width + barStart, y: top, width: Int(Float(barWidth) * probability + 0.5), height: 10)
    chart.fill(bar, color: probability == best ? .green : .lightGrey)
    chart.drawText(
      Format.percent(probability, decimals: 1), x: shown.width + barStart + barWidth + 4, y: top + 1,
      color: .black)
  }
  return chart
}

/// How one picture goes together with its candidates: cosine, scaled cosine and probability of each.
func candidateRows(_ texts: [String], _ cosines: Tensor, _ scale: Tensor) -> [[Cell]] {
  let scaled = (cosines * scale).flatten()
  return zip(texts, zip(cosines.scalars, zip(scaled.scalars, scaled.softmax(dim: 0).scalars))).map { text, numbers in
    let (cosine, (scaled, probability)) = numbers
    return [.text(text), .fixed(cosine, decimals: 4), .fixed(scaled, decimals: 2), .percent(probability)]
  }
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
