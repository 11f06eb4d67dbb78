import Datasets
import Evaluation
import Images
import Notebook
import Pretrained
import Tensors

/// The painter as this lesson uses it: what cannot be drawn ends the program with one line.
struct Painter {
  /// The model with its tokenizer.
  let task: TextToImage

  init(_ task: TextToImage) { self.task = task }

  /// How a picture is drawn unless something else is asked for.
  nonisolated static let defaults = TextToImage.Options()

  /// The model's settings.
  var settings: DiTConfiguration { task.model.configuration }

  /// A drawing for each text, with seeds one after the other from a first one.
  func callAsFunction(
    _ prompts: [String], seed: Int, steps: Int = defaults.steps, guidance: Double = defaults.guidance
  ) -> [Image] {
    Notebook.require(
      try task.draw(
        prompts, seeds: prompts.indices.map { seed + $0 }, TextToImage.Options(steps: steps, guidance: guidance)))
  }

  /// A drawing for each of some texts as the network is given them, with seeds as above.
  func callAsFunction(_ texts: TextStates, seed: Int) -> [Image] {
    Notebook.require(try task.draw(texts, seeds: (0..<texts.count).map { seed + $0 }, Self.defaults))
  }

  /// Looks at one drawing while it is made.
  func moments(_ prompt: String, seed: Int) -> [TextToImage.Moment] {
    var moments: [TextToImage.Moment] = []
    _ = Notebook.require(
      try task.draw([prompt], seeds: [seed], Self.defaults) { _, moment in moments.append(moment) })
    return moments
  }
}

/// Reads drawings by their pixels.
nonisolated let reader = SceneReader()

/// Judges drawings by the pixels, each by its caption of the grammar.
nonisolated func judged(_ drawings: [Image], _ captions: [String]) -> [DrawingJudgement] {
  Notebook.require(try judge(drawings, captions))
}

/// What a caption of the grammar asks for.
nonisolated func request(_ caption: String) -> SceneRequest { Notebook.require(try SceneRequest(caption)) }

/// A tensor with samples from -1 to 1 as a picture, `[3, H, W]`.
func picture(_ samples: Tensor) -> Image { TextToImage.image(samples) }

/// What was read in a drawing, in words.
nonisolated func shown(_ reading: SceneReading) -> String {
  if let scene = reading.scene { return scene.canonicalCaption }
  var parts = reading.things.prefix(3).map { "\($0.phrase) \($0.place)" }
  if reading.things.count > 3 { parts.append("\(reading.things.count - 3) more things") }
  if reading.strayCount > 0 {
    parts.append("\(reading.strayCount) \(reading.strayCount == 1 ? "mark" : "marks") like no thing")
  }
  return parts.isEmpty ? "nothing" : parts.joined(separator: "; ")
}

/// A list of captions to be drawn: of scenes of one part with a number of things.
struct TestKind {
  let name: String
  private let split: SceneSplit
  private let things: Int
  private let count: Int
  private let detail: SceneDetail

  init(_ name: String, _ split: SceneSplit, _ things: Int, count: Int, _ detail: SceneDetail = .full) {
    (self.name, self.split, self.things, self.count, self.detail) = (name, split, things, count, detail)
  }

  /// The scenes whose captions are drawn.
  func scenes(seed: Int) -> [Scene] {
    Scenes(split: split, objectCounts: things...things, seed: seed + 100).prefix(count)
  }

  /// Their captions, in the first wording.
  func captions(seed: Int) -> [String] { scenes(seed: seed).map { $0.caption(detail).text } }
}

/// Drawings of a list of captions with what is right in them.
struct DrawnTest {
  let captions: [String]
  let drawings: [Image]
  let judgements: [DrawingJudgement]

  init(captions: [String], drawings: [Image]) {
    (self.captions, self.drawings) = (captions, drawings)
    judgements = judged(drawings, captions)
  }
}

/// Drawings of some captions, several seeds each, made in one way: how many are right, and how different they are.
struct Sweep {
  let share: Double
  /// Nil if hardly a drawing could be read.
  let variance: Double?

  /// - Parameter captions: equal ones side by side.
  init(_ drawings: [Image], _ captions: [String]) {
    let judgements = judged(drawings, captions)
    share = judgements.share()
    var groups: [String: [SceneReading]] = [:]
    for (caption, judgement) in zip(captions, judgements) { groups[caption, default: []].append(judgement.reading) }
    let variances = groups.keys.sorted().compactMap { groups[$0].flatMap { DrawingVariety($0).offsetVariance } }
    variance = variances.isEmpty ? nil : mean(variances)
  }

  /// Share and variance for a table.
  var cells: [Cell] { [.percent(share, decimals: 1), variance.map { .fixed($0, decimals: 2) } ?? "-"] }
}
