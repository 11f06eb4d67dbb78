import Datasets
import Layers
import Models
import Notebook
import Tensors
import Training

/// One training run on scenes of one thing each: what the sections of this lesson change.
struct Experiment {
  /// The notebook's model in small: 64 numbers wide, two layers, patches of 8 pixels in pictures of 32.
  var model = SimpleCLIP.Configuration(
    embedDim: 64, vocabularySize: WordVocabulary.scenes.count, maxSequenceLength: 8, imageSize: 32, patchSize: 8,
    headCount: 4, depth: 2, feedForwardDim: 256, dropout: 0)
  var world = SceneWorld.fourByFour
  var detail = SceneDetail.full
  /// Whether a caption may come twice in a batch.
  var allowsDuplicates = false
  var isTemperatureFixed = false
  /// What the cosines are multiplied by at most.
  var largestScale = 100.0
  var batchSize = 48
  var steps = 200
  var seed = lesson.seed
  var loss: (Tensor) -> Tensor = clipLoss

  /// What came of a run.
  struct Outcome {
    let model: SimpleCLIP
    let losses: [Float]

    /// The mean loss of the last twenty steps.
    var lastLoss: Float { losses.suffix(20).reduce(0, +) / 20 }
    /// What the cosines are multiplied by in the end.
    var scale: Float { noGrad { model.logitScale.exp() }.item }
  }

  /// Trains a new model.
  func run(_ name: String) -> Outcome { require(try withGenerator(Generator(seed: seed)) { try train(name) }) }

  private func train(_ name: String) throws -> Outcome {
    let clip = SimpleCLIP(model)
    clip.logitScale.isFrozen = isTemperatureFixed
    let plan = TrainingPlan(
      name: name, steps: steps, batchSize: batchSize, learningRate: 2e-3, warmupSteps: steps / 10)
    let loop = TrainingLoop(plan, model: clip) {
      if !isTemperatureFixed { clip.clampLogitScale(largest: largestScale) }
    }
    let bar = progress("training \(name)", total: steps)
    var batches = SceneBatches(self)
    var losses: [Float] = []
    try loop.run { _, loss in
      losses.append(loss)
      bar.advance()
    } loss: { _ in
      let batch = batches.next()
      return loss(clip(Scene.tensor(batch.scenes), WordVocabulary.scenes.encode(batch.captions)))
    }
    bar.finish()
    return Outcome(model: clip, losses: losses)
  }
}

/// Batches of scenes with their captions, which differ unless duplicates are allowed.
struct SceneBatches {
  private let scenes: Scenes
  private let experiment: Experiment
  private var index = 0

  init(_ experiment: Experiment) {
    scenes = Scenes(world: experiment.world, split: .training, objectCounts: 1...1, seed: experiment.seed)
    self.experiment = experiment
  }

  mutating func next() -> (scenes: [Scene], captions: [String]) {
    var batch: [Scene] = []
    var captions: [String] = []
    var seen: Set<String> = []
    while batch.count < experiment.batchSize {
      let scene = scenes[index]
      let caption = scene.caption(experiment.detail).text
      index += 1
      if seen.insert(caption).inserted || experiment.allowsDuplicates {
        batch.append(scene)
        captions.append(caption)
      }
    }
    return (batch, captions)
  }
}

/// All scenes of one thing that differ in their captions, in the order of the splits, to look for and to look among.
struct Galleries {
  let scenes: [Scene]
  let captions: [String]
  private let ranges: [Range<Int>]

  init(_ world: SceneWorld, detail: SceneDetail = .full) {
    let galleries = SceneSplit.allCases.map {
      SceneGallery(Scenes(world: world, split: $0, objectCounts: 1...1, seed: 1), count: 1000, detail: detail)
    }
    scenes = galleries.flatMap(\.scenes)
    captions = galleries.flatMap(\.captions)
    var end = 0
    ranges = galleries.map { gallery in
      end += gallery.scenes.count
      return end - gallery.scenes.count..<end
    }
  }

  /// Where the scenes of a split are.
  func range(_ split: SceneSplit) -> Range<Int> { ranges[split.rawValue] }

  /// Unit vectors of all pictures and of all captions, `[N, D]` each.
  func embeddings(_ model: SimpleCLIP) -> (images: Tensor, texts: Tensor) {
    noGrad {
      (model.encodeImage(Scene.tensor(scenes)), model.encodeText(WordVocabulary.scenes.encode(captions)))
    }
  }

  /// Cosines of all pictures and captions, `[N, N]`.
  func similarities(_ model: SimpleCLIP) -> Tensor {
    let (images, texts) = embeddings(model)
    return images.matmul(texts.T)
  }

  /// Ranks of a split's captions for its pictures, among the split's own captions or among those of all splits.
  func scores(_ similarities: Tensor, _ split: SceneSplit, amongAll: Bool = false) -> RetrievalScores {
    let rows = similarities.slice(range(split), dim: 0)
    return amongAll
      ? RetrievalScores(rows, right: range(split).map { [$0] }) : RetrievalScores(rows.slice(range(split), dim: 1))
  }

  /// Recall@1 of captions for pictures and of pictures for captions, among a split's own.
  func recalls(_ model: SimpleCLIP, _ split: SceneSplit) -> [Cell] {
    let similarities = similarities(model)
    return [similarities, similarities.T].map { .percent(scores($0, split).recall(at: 1), decimals: 1) }
  }
}
