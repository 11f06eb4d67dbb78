import Plots
import Tensors

/// Vectors of two numbers as arrows from the origin.
func arrowPlot(_ title: String, query: Tensor, candidates: Tensor, names: [String]) -> ScatterPlot {
  func arrows(_ x: [Float], _ y: [Float]) -> [ScatterArrow] {
    zip(x, y).map { ScatterArrow(from: (Float(0), Float(0)), to: ($0, $1)) }
  }
  let (asked, x, y) = (query.scalars, candidates.select(0, dim: 1).scalars, candidates.select(1, dim: 1).scalars)
  return ScatterPlot(
    title, x: Axis("first number", range: -3...4), y: Axis("second number", range: -1...4.5),
    groups: [
      ScatterGroup("candidates", x: x, y: y, labels: names),
      ScatterGroup("query", x: [asked[0]], y: [asked[1]]),
    ], arrows: arrows([asked[0]], [asked[1]]) + arrows(x, y), isEqualAspect: true, width: 560)
}

/// Cosines of pictures (rows) and captions (columns), in numbers and colors.
func cosineMap(_ title: String, _ cosines: Tensor, names: [String]) -> HeatMapPlot {
  HeatMapPlot(
    title, rows: names, columns: (1...names.count).map(String.init), values: cosines.scalars, rowTitle: "picture",
    columnTitle: "caption of picture", scaleTitle: "cosine", colors: .diverging, range: -1...1)
}

/// The probability of each caption for one picture over the factor of its cosines.
func temperatureCurves(_ cosines: Tensor, names: [String], learned: Float) -> LinePlot {
  // Equal factors apart.
  let scales = Tensor.linspace(Tensor(0.1).log().item, Tensor(200).log().item, 81).exp().scalars
  let shares = scales.map { (cosines * $0).softmax(dim: 0).scalars }
  return LinePlot(
    "Probabilities of six captions for one picture", x: .logarithmic("s = 1/τ"),
    y: Axis("probability", including: 0, 1),
    series: names.enumerated().map { index, name in LineSeries(name, x: scales, y: shares.map { $0[index] }) },
    references: [
      .horizontal(at: 1 / Double(names.count), "even, 1/\(names.count)"), .vertical(at: learned, "learned s"),
    ])
}

/// Similarities of pictures (rows) and captions (columns), and their softmax over rows and over columns.
func lossSteps(_ similarities: Tensor, _ toTexts: Tensor, _ toPictures: Tensor) -> Panels {
  let names = (1...similarities.shape[0]).map(String.init)
  func map(_ title: String, _ values: Tensor, _ scale: String, _ range: ClosedRange<Double>) -> HeatMapPlot {
    HeatMapPlot(
      title, rows: names, columns: names, values: values.scalars, rowTitle: "picture", columnTitle: "caption",
      scaleTitle: scale, range: range)
  }
  return Panels(
    "From similarities to probabilities",
    [
      map("similarities S", similarities, "similarity", 0...4),
      map("softmax of each row", toTexts, "probability", 0...1),
      map("softmax of each column", toPictures, "probability", 0...1),
    ], columns: 3, panelWidth: 330)
}
