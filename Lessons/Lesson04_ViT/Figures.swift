import Datasets
import Images
import Models
import Notebook
import Plots
import Tensors

/// Digits in a row, and below them the same digits under what [CLS] sees of them.
///
/// - Parameters:
///   - maps: a row each: for each digit how much each token attends to each other one, `[digits, T, T]`; row 0 is that
///     of [CLS].
///   - side: how many patches a row has.
func attentionRows(_ digits: Digits, _ maps: [Tensor], _ side: Int) -> Image {
  let plain = (0..<maps[0].shape[0]).map { digits.image(at: $0).enlarged(by: 8) }
  let overlaid = maps.flatMap { map in
    plain.enumerated().map { index, picture in
      picture.overlaid(withHeatMap: map[index][0][1..<side * side + 1].scalars, columns: side, rows: side)
    }
  }
  return .grid(plain + overlaid, columns: plain.count, gap: 3)
}

/// Loss and accuracy of a training as they develop, side by side.
func trainingCurves(_ run: TrainingRun, classCount: Int) -> Panels {
  let steps = run.checks.map(\.step)
  return Panels(
    "\(stepCount) steps of training",
    [
      LinePlot(
        "Loss", x: "step", y: .logarithmic("cross-entropy (nats)"),
        series: [
          LineSeries("training", x: epochEnds, y: run.epochLosses),
          LineSeries("held out", x: steps, y: run.checks.map(\.loss)),
        ],
        references: [.horizontal(at: Tensor(Float(classCount)).log().item, "chance, ln \(classCount)")]),
      LinePlot(
        "Accuracy", x: "step", y: Axis("accuracy", including: 0, 1, format: .percent(decimals: 0)),
        series: [LineSeries("held out", x: steps, y: run.checks.map(\.accuracy))],
        references: [.horizontal(at: 1 / Double(classCount), "chance")]),
    ])
}

/// The baselines' accuracies and the mean of several trainings.
func accuracyBars(_ title: String, _ baselines: [Double], _ runs: [Double]) -> BarPlot {
  let names = ["nearest centroid", "logistic regression", "less penalty"]
  return BarPlot(
    title, value: Axis("accuracy", format: .percent(decimals: 1)),
    bars: zip(names, baselines).map { Bar($0, $1) } + [Bar("ViT, \(runs.count) seeds", runs: runs)],
    reference: .vertical(at: 0.1, "chance"))
}

/// A small picture of digits, each with what it is and what it was taken for.
func mistakePictures(_ digits: Digits, _ mistakes: [(index: Int, guess: Int, probability: Float)]) -> ImageGridPlot {
  ImageGridPlot(
    "Held-out digits that were misread", images: mistakes.map { digits.image(at: $0.index) },
    labels: mistakes.map {
      "\(digits.labels[$0.index]) as \($0.guess), \(Format.percent($0.probability, decimals: 0))"
    }, columns: 5, side: 72)
}

/// The held-out accuracy of each variant, a ring for each seed, beside the baseline.
func variantBars(_ variants: [(name: String, accuracies: [Double])]) -> BarPlot {
  BarPlot(
    "Held-out accuracy with one part changed", value: Axis("accuracy", format: .percent(decimals: 1)),
    bars: variants.map { Bar($0.name, runs: $0.accuracies) }, reference: .vertical(at: 0.1, "chance"))
}

/// What each of the first 16 filters of the patch embedding multiplies a patch with: blue is negative, white zero, red
/// positive.
func filters(of model: VisionTransformer, _ title: String) -> ImageGridPlot {
  let weight = model.patchEmbed.parameters()[0]  // [D, 1, P, P]
  let (side, largest) = (weight.shape[2], weight.detached().abs().max().item)
  let pictures = (0..<16).map {
    Image.heatMap(
      weight[$0].scalars, columns: side, rows: side, colormap: .diverging, range: -largest...largest, cell: 1)
  }
  return ImageGridPlot(title, images: pictures, columns: 8, side: 40)
}
