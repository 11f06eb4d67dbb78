import Plots

/// How the shipped model learned: recorded while `swift run course train vqa` ran once more with seed 0, and ended in
/// the shipped weights to the last bit. Accuracy is measured every 250 steps on 500 held-out questions about relations,
/// and on 500 about color, shape, count and existence in turn.
struct TrainingCurve {
  /// The steps between two measurements.
  let interval = 250
  /// The mean loss of the steps since the measurement before; none before the first step.
  let loss: [Double]
  /// The share of right answers about relations, from step 0 on.
  let relations: [Double]
  /// The share of right answers to other questions, from step 0 on.
  let others: [Double]
  /// The share of right answers about relations in another second stage of as many steps, in which the half of each
  /// batch that fills in relations is replaced by questions about relations.
  let withoutGaps: [Double]

  /// The recorded numbers.
  static let recorded = TrainingCurve(
    loss: [
      1.678, 0.843, 0.592, 0.504, 0.453, 0.413, 0.386, 0.360, 0.350, 0.300, 0.245, 0.218, 0.201, 0.191, 0.176, 0.169,
      0.164, 0.157, 0.154, 0.153, 0.148, 0.146, 0.144, 0.146, 1.892, 1.927, 1.694, 1.245, 0.814, 0.542, 0.356, 0.246,
      0.197, 0.178,
    ],
    relations: [
      0.000, 0.560, 0.562, 0.558, 0.452, 0.560, 0.440, 0.438, 0.438, 0.452, 0.436, 0.434, 0.510, 0.438, 0.438, 0.454,
      0.560, 0.562, 0.452, 0.554, 0.436, 0.436, 0.560, 0.552, 0.470, 0.438, 0.476, 0.514, 0.714, 0.738, 0.888, 0.942,
      0.964, 0.968, 0.964,
    ],
    others: [
      0.034, 0.546, 0.640, 0.744, 0.760, 0.806, 0.790, 0.824, 0.844, 0.860, 0.928, 0.944, 0.960, 0.964, 0.970, 0.986,
      0.990, 0.990, 0.978, 0.996, 0.994, 0.996, 0.996, 0.998, 0.998, 0.808, 0.934, 0.880, 0.918, 0.962, 0.952, 0.978,
      0.980, 0.988, 0.986,
    ],
    withoutGaps: [
      0.448, 0.562, 0.556, 0.438, 0.438, 0.438, 0.562, 0.564, 0.488, 0.492,
    ])

  /// Accuracy by steps.
  ///
  /// - Parameter start: the step after which the second stage begins.
  func plot(secondStage start: Int) -> LinePlot {
    LinePlot(
      "The training of the shipped model", x: "step",
      y: Axis("right answers", range: 0...1, format: .percent(decimals: 0)),
      series: [
        LineSeries("relations", y: relations, step: Double(interval)),
        LineSeries("other questions", y: others, step: Double(interval)),
        LineSeries(
          "relations, nothing filled in", y: [relations[start / interval]] + withoutGaps, from: Double(start),
          step: Double(interval)),
      ],
      references: [.horizontal(at: 0.5, "a guess between yes and no"), .vertical(at: Double(start), "second stage")])
  }

  /// What to look for in the plot.
  var caption: String {
    "Look at the curve of relations: it stays at the line of guessing in the first stage and leaves it in the second."
  }
}
