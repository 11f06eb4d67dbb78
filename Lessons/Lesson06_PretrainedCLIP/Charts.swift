import Images
import Notebook

/// A picture beside its candidates, each with its probability as a bar; the most likely one is green.
///
/// - Parameters:
///   - picture: shown 64 pixels high or a little more.
///   - texts: the candidates.
///   - probabilities: one for each text, 0 to 1.
func candidateChart(_ picture: Image, _ texts: [String], _ probabilities: [Float]) -> Image {
  let (rowHeight, barStart, barWidth) = (14, 250, 100)
  let shown = picture.height < 64 ? picture.enlarged(by: 64 / picture.height) : picture
  let height = max(shown.height, texts.count * rowHeight)
  var chart = Image(width: shown.width + barStart + barWidth + 44, height: height, format: .rgb)
  chart.paste(shown, x: 0, y: 0)
  chart.stroke(Rectangle(x: 0, y: 0, width: shown.width, height: shown.height), color: .lightGrey)
  let best = probabilities.max() ?? 0
  for (row, (text, probability)) in zip(texts, probabilities).enumerated() {
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
