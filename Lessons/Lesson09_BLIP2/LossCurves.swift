import Notebook
import Plots
import Pretrained
import Tensors

/// The three losses of stage one on a batch, and how much matching says "yes" to each pair.
struct StageOneLosses {
  let contrastive, matching, generation: Tensor
  /// How much each pair looks right: more than 0 is "yes". First the true pairs, then each picture with a wrong text, then
  /// each text with a wrong picture.
  let yes: [Float]
  /// How many true pairs there are.
  let pairCount: Int

  /// What stage one minimizes.
  var sum: Tensor { contrastive + matching + generation }
  /// The share of pairs with a right answer, 0 to 1.
  var accuracy: Double {
    Double(yes.indices.count { ($0 < pairCount) == (yes[$0] > 0) }) / Double(yes.count)
  }
  /// The share of wrong pairs that look less right than the true pair with the same picture or text, 0 to 1.
  var trueFirst: Double {
    let wrong = yes.indices.dropFirst(pairCount)
    return Double(wrong.count { yes[$0] < yes[$0 % pairCount] }) / Double(wrong.count)
  }
}

/// The losses of a stage one step by step.
struct StageOneCurves {
  private(set) var contrastive, matching, generation: [Float]

  init() { (contrastive, matching, generation) = ([], [], []) }

  /// Keeps the losses of a step.
  mutating func append(_ losses: StageOneLosses) {
    contrastive.append(losses.contrastive.item)
    matching.append(losses.matching.item)
    generation.append(losses.generation.item)
  }
}

/// A training of stage one and what it reached on held-out scenes, with random and with hard negatives.
struct StageOneRun {
  let name: String
  let curves: StageOneCurves
  let random, hard: StageOneLosses
}

/// The losses of a model that guesses: evenly among pairs, knowing that one pair of three is right, evenly among tokens.
struct Guess {
  let contrastive, matching, generation: Float

  init(pairs: Int, vocabulary: Int) {
    let shares = Tensor([1.0 / 3, 2.0 / 3])
    contrastive = Tensor(Float(pairs)).log().item
    matching = -(shares * shares.log()).sum().item
    generation = Tensor(Float(vocabulary)).log().item
  }
}

/// Rows of a table: each loss of a guess, of an untrained model and of some runs, on held-out scenes.
func stageOneRows(
  _ guess: Guess, _ atFirst: (random: StageOneLosses, hard: StageOneLosses), _ runs: [StageOneRun]
) -> [[Cell]] {
  func row(_ name: String, _ guess: Float, _ losses: [Tensor]) -> [Cell] {
    [.text(name), .fixed(guess, decimals: 4)] + losses.map { .fixed($0.item, decimals: 4) }
  }
  let (random, hard) = ([atFirst.random] + runs.map(\.random), [atFirst.hard] + runs.map(\.hard))
  return [
    row("contrastive", guess.contrastive, hard.map(\.contrastive)),
    row("matching, random negatives", guess.matching, random.map(\.matching)),
    row("matching, hard negatives", guess.matching, hard.map(\.matching)),
    row("generation", guess.generation, hard.map(\.generation)),
  ]
}

/// The three losses of a stage one over its steps, beside those of a guess.
func stageOnePlot(_ run: StageOneRun, _ guess: Guess, hardFrom step: Int) -> LinePlot {
  let curves = [
    ("contrastive", run.curves.contrastive, guess.contrastive), ("matching", run.curves.matching, guess.matching),
    ("generation", run.curves.generation, guess.generation),
  ]
  return LinePlot(
    "Losses of stage one", x: "step of 32 scenes", y: Axis("loss (nats), mean of 5 steps", including: 0),
    series: curves.map { LineSeries($0.0, y: $0.1, from: 1).smoothed(over: 5) },
    references: curves.map { .horizontal(at: $0.2, "a guess, \($0.0)") }
      + [.vertical(at: Double(step), "hard negatives begin")])
}

/// The matching loss of some runs over their steps.
func matchingPlot(_ runs: [StageOneRun], _ guess: Guess, hardFrom step: Int) -> LinePlot {
  LinePlot(
    "Matching in stage one", x: "step of 32 scenes", y: Axis("matching loss (nats), mean of 10 steps", including: 0),
    series: runs.map { LineSeries($0.name, y: $0.curves.matching, from: 1).smoothed(over: 10) },
    references: [
      .horizontal(at: guess.matching, "a guess"), .vertical(at: Double(step), "hard negatives begin"),
    ])
}

/// A training of stage two and the loss that it reached on held-out scenes.
struct StageTwoRun {
  let losses: [Float]
  let heldOut: Float
  /// What was trained; `nil` if that was a linear bridge.
  let model: BLIP2Model?
}

extension [StageTwoRun] {
  /// The mean of the held-out losses.
  var mean: Double { reduce(0) { $0 + Double($1.heldOut) } / Double(count) }
  /// The mean of the losses of the first five steps.
  var early: Double {
    let first = flatMap { $0.losses.prefix(5).map(Double.init) }
    return first.reduce(0, +) / Double(first.count)
  }
  /// The held-out loss of each run.
  var each: String { map { Format.fixed($0.heldOut, decimals: 2) }.joined(separator: " ") }
}

/// The losses of stage two of several ways into the language model, each with some runs.
func stageTwoPlot(_ ways: [(name: String, runs: [StageTwoRun])]) -> LinePlot {
  LinePlot(
    "Loss of stage two", x: "step of 32 scenes", y: .logarithmic("loss (nats per token), mean of 5 steps"),
    series: ways.map { way in
      LineSeries(way.name, x: way.runs[0].losses.indices.map { Double($0 + 1) }, runs: way.runs.map(\.losses))
        .smoothed(over: 5)
    })
}
