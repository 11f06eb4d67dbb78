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

  /// SigLIP's loss in place of CLIP's, with what the cosines are divided by and what is added, at first.
  mutating func useSigmoidLoss(temperature: Double, bias: Float) {
    (model.temperature, model.initialBias, loss) = (temperature, bias, sigmoidLoss)
  }

  /// Hides padding from the other tokens, and gives each layer weights of its own at first.
  mutating func maskPaddingAndPartLayers() {
    (model.paddingIndex, model.hasIndependentLayers) = (WordVocabulary.padding, true)
  }

  /// What came of a run.
  struct Outcome {
    let experiment: Experiment
    let model: SimpleCLIP
    let losses: [Float]

    /// The losses at the first step and at each quarter of the way.
    var quarters: [Float] { (0...4).map { losses[max(0, losses.count * $0 / 4 - 1)] } }
    /// The mean loss of the last twenty steps.
    var lastLoss: Float { losses.suffix(20).reduce(0, +) / 20 }
    /// The loss of a perfect model of this temperature: pairs at 1, all others equally far apart at -1 / (N - 1).
    var perfectLoss: Float {
      let n = Float(experiment.batchSize)
      return (1 + (n - 1) * Tensor(-n / (n - 1) * scale).exp()).log().item
    }
    /// What the cosines are multiplied by in the end, 1/τ.
    var scale: Float { noGrad { model.logitScale.exp() }.item }
  }

  /// Trains a new model, after a change of the experiment.
  func run(_ name: String, _ change: (inout Experiment) -> Void = { _ in }) -> Outcome {
    var changed = self
    change(&changed)
    return require(try withGenerator(Generator(seed: seed)) { try changed.train(name) })
  }

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
    return Outcome(experiment: self, model: clip, losses: losses)
  }
}

extension Experiment {
  /// The mean of ln k over the pairs of fifty batches, where k captions of a batch look alike: the least loss of a
  /// model that sees only the look of a thing.
  func lossOfSeeing<Look: Hashable>(_ look: (SceneObject) -> Look) -> Double {
    var batches = SceneBatches(self)
    let counts = (0..<50).flatMap { _ in
      let looks = batches.next().scenes.map { look($0.objects[0]) }
      return looks.map { one in Float(looks.count { $0 == one }) }
    }
    return Double(Tensor(counts).log().mean().item)
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
