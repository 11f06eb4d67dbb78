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

/// Vectors of pictures and of captions on the two directions along which all of them together vary most.
///
/// - Parameter names: of the captions, written at their points; a line leads from each to its picture.
func planePlot(_ title: String, pictures: Tensor, captions: Tensor, names: [String]) -> ScatterPlot {
  let places = projected(Tensor.cat([pictures, captions], dim: 0))  // [2N, 2]
  let (x, y) = (places.select(0, dim: 1).scalars, places.select(1, dim: 1).scalars)
  let count = names.count
  return ScatterPlot(
    title, x: Axis("first principal direction", range: -1.2...1.2),
    y: Axis("second principal direction", range: -1.2...1.2),
    groups: [
      ScatterGroup("pictures", x: Array(x[..<count]), y: Array(y[..<count])),
      ScatterGroup("captions", x: Array(x[count...]), y: Array(y[count...]), labels: names),
    ],
    arrows: (0..<count).map { ScatterArrow(from: (x[$0], y[$0]), to: (x[count + $0], y[count + $0]), hasHead: false) },
    isEqualAspect: true)
}

/// Points less their mean on their first two principal directions, `[N, D]` → `[N, 2]`.
///
/// A direction is found by power iteration: a vector that is multiplied with the covariance again and again turns
/// towards the direction of the largest variance. That part is then taken out of the covariance.
private func projected(_ points: Tensor) -> Tensor {
  let centered = points - points.mean(dim: 0, keepDims: true)
  var covariance = centered.T.matmul(centered)  // [D, D]
  let directions = (0..<2).map { _ in
    var direction = Tensor.ones([1, points.shape[1]])
    for _ in 0..<300 { direction = direction.matmul(covariance).l2Normalized() }
    let variance = direction.matmul(covariance).matmul(direction.T)  // [1, 1]
    covariance = covariance - direction.T.matmul(direction) * variance
    return direction
  }
  return centered.matmul(Tensor.cat(directions, dim: 0).T)
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
