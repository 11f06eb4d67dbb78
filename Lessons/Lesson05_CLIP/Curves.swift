import Models
import Plots
import Tensors

/// Losses of several runs, each point the mean of the ten steps up to it.
func lossCurves(
  _ title: String, _ runs: [(name: String, losses: [Float])], references: [ReferenceLine]
) -> LinePlot {
  LinePlot(
    title, x: "step", y: .logarithmic("contrastive loss (nats)"),
    series: runs.map { name, losses in
      let ends = Array(stride(from: 10, through: losses.count, by: 10))
      return LineSeries(name, x: ends, y: ends.map { losses[$0 - 10..<$0].reduce(0, +) / 10 })
    }, references: references)
}

/// What the loss of section 5.2 is made of: logits, the two softmax directions and the gradient, as heat maps.
func lossMatrices(_ parts: [(title: String, scale: String, matrix: Tensor)]) -> Panels {
  let count = parts[0].matrix.shape[0]
  let names = (1...count).map(String.init)
  return Panels(
    "From logits to gradient",
    parts.map { title, scale, matrix in
      HeatMapPlot(
        title, rows: names, columns: names, values: matrix.scalars, rowTitle: "picture", columnTitle: "text",
        scaleTitle: scale, colors: scale == "probability" ? .sequential : .diverging,
        range: scale == "probability" ? 0...1 : nil)
    })
}

/// Recall@1 of held-out scenes over the factor of the cosines.
func recallCurve(_ runs: [Experiment.Outcome], among galleries: Galleries) -> LinePlot {
  let sorted = runs.sorted { $0.scale < $1.scale }
  let recalls = sorted.map { galleries.recallsAtOne($0.model) }
  let scales = sorted.map(\.scale)
  return LinePlot(
    "Recall@1 after 200 steps", x: .logarithmic("1/τ at the end of training"),
    y: Axis("recall@1", including: 0, 1, format: .percent(decimals: 0)),
    series: [
      LineSeries("→ caption", x: scales, y: recalls.map { $0[0] }),
      LineSeries("→ picture", x: scales, y: recalls.map { $0[1] }),
    ], references: [.horizontal(at: galleries.chance(among: .heldOut), "chance")])
}

/// Held-out pictures and captions of a model on the two directions along which both together vary most.
func spacePlot(_ title: String, _ galleries: Galleries, _ model: any DualEncoder) -> ScatterPlot {
  let (images, texts) = galleries.embeddings(model)
  let range = galleries.range(.heldOut)
  return ScatterPlot.principalPlane(
    title, ("pictures", images.slice(range, dim: 0)), ("captions", texts.slice(range, dim: 0)))
}
