import Images
import Layers
import Plots
import Tensors

/// The two functions that stand between linear layers, from the engine's own operations.
func activationCurves() -> LinePlot {
  let x = Tensor.linspace(-4, 4, 161)
  return LinePlot(
    "Two functions between linear layers", x: "input", y: "output",
    series: [
      LineSeries("GELU", x: x.scalars, y: x.gelu().scalars), LineSeries("ReLU", x: x.scalars, y: x.relu().scalars),
    ], height: 300)
}

/// Where in the plane a model of two inputs answers 1 (red) and where 0 (blue), with the four cases of exclusive or.
func decisionRegion(of model: Sequential) -> Image {
  let (side, cell) = (61, 4)
  // From -0.5 to 1.5 in both directions, upwards the second input.
  let places = (0..<side).map { -0.5 + 2 * Float($0) / Float(side - 1) }
  let points = places.reversed().flatMap { second in places.flatMap { [$0, second] } }
  let shares = noGrad { model(Tensor(points, shape: [side * side, 2])).softmax(dim: 1) }.select(1, dim: 1)
  var image = Image.heatMap(
    shares.scalars, columns: side, rows: side, colormap: .diverging, range: 0...1, cell: cell)
  image.stroke(Rectangle(x: 0, y: 0, width: image.width, height: image.height), color: .lightGray)
  for (first, second) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
    func pixel(_ value: Int) -> Int { (15 + 30 * value) * cell + cell / 2 }
    let (x, y) = (pixel(first), pixel(1 - second))
    image.fillCircle(x: x, y: y, radius: 9, color: .black)
    if first == second { image.fillCircle(x: x, y: y, radius: 6, color: .white) }
  }
  return image
}

/// The mean largest of sixteen attention weights over the width of a head, with and without the division by √d.
func saturationCurves() -> LinePlot {
  let widths = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
  let largest = withGenerator(Generator(seed: 0)) {
    widths.map { width in
      let scores = Tensor.randn([256, width]).matmul(Tensor.randn([16, width]).T)
      return [scores, scores / Tensor(Float(width)).sqrt()].map {
        $0.softmax(dim: -1).max(dim: -1).values.mean().item
      }
    }
  }
  return LinePlot(
    "Softmax over 16 keys", x: .logarithmic("d, the width of queries and keys"),
    y: Axis("largest weight, mean of 256 queries", including: 0, 1),
    series: [
      LineSeries("without √d", x: widths, y: largest.map { $0[0] }),
      LineSeries("divided by √d", x: widths, y: largest.map { $0[1] }),
    ], references: [.horizontal(at: 1.0 / 16, "even, 1/16")], height: 320)
}

/// Attention weights with their numbers, a matrix for each title.
func attentionMaps(_ maps: [(title: String, weights: Tensor)]) -> Panels {
  let tokens = (1...maps[0].weights.shape[0]).map(String.init)
  return Panels(
    "Attention weights of four tokens",
    maps.map { title, weights in
      HeatMapPlot(
        title, rows: tokens, columns: tokens, values: weights.scalars, rowTitle: "query", columnTitle: "key",
        scaleTitle: "weight", range: 0...1)
    })
}

/// The blocks of a post-norm encoder layer for B sequences of T tokens, with the shapes between them.
func blocks(of layer: TransformerEncoderLayer, headCount: Int) -> Diagram {
  let state = LayerState(layer)
  let (middle, width) = (state["linear1.weight"].shape[0], state["linear1.weight"].shape[1])
  let tokens = "[B, T, \(width)]"
  return Diagram(
    "TransformerEncoderLayer, post-norm",
    [
      .input("tokens", shape: tokens),
      .residual([.learned("selfAttn", "\(headCount) heads of width \(width / headCount)", shape: tokens)]),
      .learned("norm1", shape: tokens),
      .residual([
        .learned("linear1", shape: "[B, T, \(middle)]"), .operation("relu"), .learned("linear2", shape: tokens),
      ]),
      .learned("norm2", shape: tokens),
      .output("tokens of the next layer"),
    ])
}

/// The weights of several heads over the same tokens, a map for each head.
func headMaps(_ weights: [Tensor]) -> Panels {
  let tokens = (1...weights[0].shape[0]).map(String.init)
  return Panels(
    "Attention weights of four heads over six tokens",
    weights.enumerated().map { head, weights in
      HeatMapPlot(
        "head \(head + 1)", rows: tokens, columns: tokens, values: weights.scalars, rowTitle: "query",
        columnTitle: "key", scaleTitle: "weight", range: 0...1)
    })
}
