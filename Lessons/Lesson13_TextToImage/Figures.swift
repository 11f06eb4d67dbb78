import Datasets
import Evaluation
import Images
import Notebook
import Plots
import Pretrained
import Tensors

/// The shares of picture and noise in three schedules.
///
/// - Parameter chain: share of the picture and variance of the noise after each step of DDPM.
func schedulePlot(_ chain: [(signal: Double, variance: Double)]) -> LinePlot {
  let times = (0...50).map { Double($0) / 50 }
  let ddpm = stride(from: 0, to: chain.count, by: 20).map { chain[$0] }
  func path(_ schedule: NoiseSchedule) -> LineSeries {
    LineSeries("\(schedule)", x: times.map(schedule.signal), y: times.map(schedule.noise))
  }
  return LinePlot(
    "From picture to noise", x: Axis("share of the picture", range: 0...1), y: Axis("share of the noise", range: 0...1),
    series: [
      path(.linear), path(.cosine), LineSeries("DDPM", x: ddpm.map(\.signal), y: ddpm.map { $0.variance.squareRoot() }),
    ]
  )
}

/// The best estimate of the picture for each noisy number, at several times.
func denoiserPlot(_ estimate: (Tensor, Double) -> Tensor) -> LinePlot {
  let x = (0...120).map { Float($0) / 20 - 3 }
  return LinePlot(
    "The best estimate of a picture that is -1 or 1", x: "noisy number", y: "estimate of the picture",
    series: [0.2, 0.5, 0.8, 1].map { t in
      LineSeries("t = \(Format.fixed(t, decimals: 1))", x: x, y: estimate(Tensor(x), t).scalars)
    })
}

/// Lines from noise to pictures; time runs to the right, from 1 to 0.
///
/// - Parameter places: all lines' numbers at each step, `[lines]`.
func pathPlot(_ places: [Tensor], _ title: String) -> LinePlot {
  let steps = places.count - 1
  let times = places.indices.map { 1 - Double($0) / Double(steps) }
  let values = places.map(\.scalars)
  // Lines from top and from bottom in two series: a break between lines is a NaN.
  func series(_ name: String, _ isUp: Bool) -> LineSeries {
    let lines = values[0].indices.filter { (values[steps][$0] > 0) == isUp }
    let x: [Double] = lines.flatMap { _ in times.map { 1 - $0 } + [1] }
    let y: [Double] = lines.flatMap { line in values.map { Double($0[line]) } + [.nan] }
    return LineSeries(name, x: x, y: y)
  }
  return LinePlot(
    title, x: Axis("1 - time: noise at the left, pictures at the right", range: 0...1), y: "number",
    series: [series("end at 1", true), series("end at -1", false)])
}

/// The loss of the small network while it learns, with the least that is possible.
func smallLossPlot(_ losses: [Float], least: Float) -> LinePlot {
  LinePlot(
    "A diffusion model in one dimension learns", x: "step", y: Axis("squared error of the picture", including: 0),
    series: [LineSeries("training", y: losses, from: 1).smoothed(over: 25, band: true)],
    references: [.horizontal(at: least, "least possible")])
}

/// Best and learned estimates at three times.
func learnedPlot(_ best: (Tensor, Double) -> Tensor, _ learned: (Tensor, Double) -> Tensor) -> Panels {
  let x = (0...60).map { Float($0) / 20 - 1.5 }
  return Panels(
    "Best and learned estimates",
    [0.3, 0.7].map { t in
      LinePlot(
        "t = \(Format.fixed(t, decimals: 1))", x: "noisy number", y: "estimate of the picture",
        series: [
          LineSeries("best", x: x, y: best(Tensor(x), t).scalars),
          LineSeries("learned", x: x, y: learned(Tensor(x), t).scalars),
        ])
    })
}

/// The Diffusion Transformer with its sizes.
func networkDiagram(_ settings: DiTConfiguration) -> Diagram {
  let (size, patch, width) = (settings.imageSize, settings.patchSize, settings.hiddenSize)
  let patches = (size.height / patch.height) * (size.width / patch.width)
  let tokens = settings.textLength + patches
  return Diagram(
    "The network that removes noise",
    [
      .parallel([
        [
          .input("time, text's end state"),
          .learned("waves, linear layers, SiLU", shape: "[\(settings.conditioningSize)]"), .output("leading vector"),
        ],
        [
          .input("noisy picture", shape: "[3, \(size.height), \(size.width)]"),
          .learned("patches of \(patch.height) × \(patch.width), positions", shape: "[\(patches), \(width)]"),
          .learned("text in front", "words and states of CLIP's tower, linear", shape: "[\(tokens), \(width)]"),
          .group(
            "block", times: settings.layerCount,
            [
              .residual([
                .operation("norm, scale and shift 1"), .learned("attention", "\(settings.headCount) heads"),
                .operation("times gate 1"),
              ]),
              .residual([
                .operation("norm, scale and shift 2"),
                .learned("feed-forward", "\(width) → \(settings.intermediateSize) → GELU → \(width)"),
                .operation("times gate 2"),
              ]),
            ]),
          .operation("patches alone", shape: "[\(patches), \(width)]"),
          .learned("norm, scale and shift, linear", shape: "[\(patches), \(3 * patch.height * patch.width)]"),
          .output("estimate of the picture", "[3, \(size.height), \(size.width)]"),
        ],
      ])
    ], links: [DiagramLink(from: "leading vector", to: "norm, scale and shift 1", "scales, shifts, gates")])
}

/// Some of the waves that stand for a time.
///
/// - Parameter size: how many waves there are; the cosines come first.
func wavesPlot(_ waves: (Double) -> Tensor, size: Int) -> LinePlot {
  let times = (0...200).map { Double($0) / 200 }
  let values = times.map { waves($0).scalars }
  return LinePlot(
    "Cosines of the time", x: Axis("time", range: 0...1), y: Axis("cosine", range: -1...1),
    series: [6, 8, 10, 12].map { $0 * size / 32 }.map { wave in
      LineSeries("wave \(wave + 1)", x: times, y: values.map { $0[wave] })
    })
}

/// The loss while the shipped model was trained.
func trainingPlot(_ losses: [(step: Int, loss: Double)]) -> LinePlot {
  LinePlot(
    "Training of the shipped model", x: "step", y: .logarithmic("squared error of the picture"),
    series: [LineSeries("mean of the steps before", x: losses.map(\.step), y: losses.map(\.loss))])
}

/// The mean absolute gates of each block at each time.
func gatePlot(_ times: [Double], _ gates: [[Float]]) -> LinePlot {
  LinePlot(
    "How much each block adds", x: Axis("time", range: 0...1), y: Axis("mean absolute gate", including: 0),
    series: gates.enumerated().map { LineSeries("block \($0 + 1)", x: times, y: $1) })
}

/// The loss by time beside several texts.
func lossByTimePlot(_ times: [Double], _ names: [String], _ losses: [[Float]]) -> LinePlot {
  LinePlot(
    "Loss on held-out scenes", x: Axis("time: 1 is noise alone", range: 0...1),
    y: .logarithmic("squared error of the picture"), series: zip(names, losses).map { LineSeries($0, x: times, y: $1) })
}

/// A drawing at some moments: the noisy picture above, the expected picture below.
func momentPlot(_ moments: [TextToImage.Moment]) -> ImageGridPlot {
  let count = 6
  let shown = (0..<count).map { moments[$0 * (moments.count - 1) / (count - 1)] }
  return ImageGridPlot(
    "One drawing while it is made", images: shown.map { picture($0.noisy[0]) } + shown.map { picture($0.estimate[0]) },
    labels: shown.map { "t = \(Format.fixed($0.time, decimals: 2))" } + shown.map { _ in "expected" }, columns: count,
    side: 88)
}

/// The share of drawings that are right in each aspect; place for one thing, relation for two.
///
/// - Parameters:
///   - verdicts: of one thing, of two.
///   - nearest: the same with each mark as its nearest thing.
func aspectPlot(_ verdicts: [[DrawingJudgement]], _ nearest: [[NearestThings]]) -> BarPlot {
  func shares(_ share: (SceneAspect) -> Double?) -> [Double] {
    ([.color, .shape, .size].map(share) + [share(.place) ?? share(.relation), share(.number)]).map { $0 ?? 0 }
  }
  return BarPlot(
    "Right in each aspect", value: Axis("share of the drawings", range: 0...1, format: .percent(decimals: 0)),
    categories: ["color", "shape", "size", "place or relation", "number", "all"],
    series: [
      BarSeries("one thing", shares { verdicts[0].share($0) } + [verdicts[0].share()]),
      BarSeries("two things", shares { verdicts[1].share($0) } + [verdicts[1].share()]),
      BarSeries("two, nearest things", shares { nearest[1].share($0) } + [nearest[1].share(limit: nil)]),
    ])
}

/// Correctness and variety against the number of steps and against guidance; variety only where it could be measured.
func sweepPlot(_ steps: [Int], _ stepResults: [Sweep], _ guidances: [Double], _ guidanceResults: [Sweep]) -> Panels {
  func right(_ title: String, _ axis: Axis, _ x: [Double], _ results: [Sweep]) -> LinePlot {
    LinePlot(
      "\(title): right", x: axis, y: Axis("all right", range: 0...1, format: .percent(decimals: 0)),
      series: [LineSeries("all right", x: x, y: results.map(\.share))])
  }
  func variety(_ title: String, _ axis: Axis, _ x: [Double], _ results: [Sweep]) -> LinePlot? {
    if results.allSatisfy({ $0.variance == nil }) { return nil }
    return LinePlot(
      "\(title): variety", x: axis, y: Axis("variance of the places", including: 0),
      series: [LineSeries("variance", x: x, y: results.map { $0.variance ?? .nan })],
      references: [.horizontal(at: 4, "training scenes")])
  }
  let (stepAxis, counts) = (Axis.logarithmic("steps"), steps.map(Double.init))
  let plots = [
    right("Steps", stepAxis, counts, stepResults), right("Guidance", "guidance w", guidances, guidanceResults),
    variety("Steps", stepAxis, counts, stepResults), variety("Guidance", "guidance w", guidances, guidanceResults),
  ]
  return Panels("Steps and guidance", plots.compactMap(\.self), columns: 2)
}

/// Distances to the nearest training picture.
func heartPlot(_ rows: [(name: String, distances: [Double])]) -> Histogram {
  Histogram(
    "Distance to the nearest of the training scenes", x: "mean squared difference",
    groups: rows.map { HistogramGroup($0.name, $0.distances) })
}

/// How far changes of a text move its parts.
func movementPlot(_ rows: [(change: String, far: Movement)]) -> BarPlot {
  BarPlot(
    "How far a change of the text moves its parts", value: Axis("distance", including: 0),
    categories: rows.map(\.change),
    series: [
      BarSeries("the end", rows.map(\.far.end)), BarSeries("states at the changed words", rows.map(\.far.states)),
      BarSeries("the words", rows.map(\.far.words)),
    ])
}

/// Which text drawings show if parts of it are those of another.
func crossingPlot(_ rows: [(name: String, share: TextCrossing.Share)]) -> BarPlot {
  BarPlot(
    "Which text the drawing shows", value: Axis("share of the drawings", range: 0...1, format: .percent(decimals: 0)),
    categories: rows.map { "\($0.name) of the other text" },
    series: [
      BarSeries("as the first text says", rows.map(\.share.own)),
      BarSeries("as the other text says", rows.map(\.share.other)),
    ])
}
