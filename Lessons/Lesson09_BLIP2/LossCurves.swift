import Plots
import Training

/// The three losses of stage one, step by step.
struct StageOneCurves {
  private var contrastive, matching, generation: [Float]

  init() { (contrastive, matching, generation) = ([], [], []) }

  /// Keeps the losses of a step.
  mutating func append(_ losses: BLIP2Objectives.StageOne) {
    contrastive.append(losses.contrastive.item)
    matching.append(losses.matching.item)
    generation.append(losses.generation.item)
  }

  /// The losses over the steps.
  ///
  /// - Parameter chances: the loss of a model that guesses, for each of the three.
  func plot(chances: [Float]) -> LinePlot {
    let names = ["contrastive", "matching", "generation"]
    return LinePlot(
      "Losses of stage one", x: "step of 32 scenes", y: Axis("loss (nats), mean of 5 steps", including: 0),
      series: zip(names, [contrastive, matching, generation]).map {
        LineSeries($0, y: $1, from: 1).smoothed(over: 5)
      },
      references: zip(names, chances).map { .horizontal(at: $1, "chance, \($0)") })
  }
}

/// The losses of stage two of several ways into the language model.
func stageTwoPlot(_ runs: [(name: String, losses: [Float])]) -> LinePlot {
  LinePlot(
    "Loss of stage two", x: "step of 32 scenes", y: .logarithmic("loss (nats per token), mean of 5 steps"),
    series: runs.map { LineSeries($0.name, y: $0.losses, from: 1).smoothed(over: 5) })
}
