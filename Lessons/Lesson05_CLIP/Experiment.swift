import Datasets
import Layers
import Models
import Notebook
import Tensors
import Training

/// How many things a scene has, in training and in the galleries.
let thingCounts = 1...1

/// One training run on drawn scenes: what the sections of this lesson change.
struct Experiment {
  /// The notebook's model in small: 64 numbers wide, two layers, patches of 8 pixels in pictures of 32.
  var model = SimpleCLIP.Configuration(
    embedDim: 64, vocabularySize: WordVocabulary.scenes.count, maxSequenceLength: 16, imageSize: 32, patchSize: 8,
    headCount: 4, depth: 2, feedForwardDim: 256, dropout: 0)
  var world = SceneWorld.fourByFour
  var detail = SceneDetail.full
  /// Whether a caption may come twice in a batch.
  var allowsDuplicates = false
  var isTemperatureFixed = false
  /// What the cosines are multiplied by at most.
  var largestScale = 100.0
  var batchSize = 32
  var steps = 200
  var seed = lesson.seed
  var loss: (Tensor) -> Tensor = clipLoss

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

    /// Scaled cosines of a batch's pictures and captions, `[N, N]`.
    func logits(_ batch: SceneBatches.Batch) -> Tensor { noGrad { model(batch) } }
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
      loss(clip(batches.next()))
    }
    bar.finish()
    return Outcome(experiment: self, model: clip, losses: losses)
  }
}

extension SimpleCLIP {
  /// Scaled cosines of a batch's pictures and captions, `[N, N]`.
  func callAsFunction(_ batch: SceneBatches.Batch) -> Tensor {
    self(Scene.tensor(batch.scenes), WordVocabulary.scenes.encode(batch.captions))
  }
}

extension Experiment {
  /// The loss of a model that knows nothing.
  var chanceLoss: Float { Tensor(Float(batchSize)).log().item }

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
  /// As many captions as scenes, in the same order.
  typealias Batch = (scenes: [Scene], captions: [String])

  private let scenes: Scenes
  private let experiment: Experiment
  private var index = 0

  init(_ experiment: Experiment) {
    scenes = Scenes(world: experiment.world, split: .training, objectCounts: thingCounts, seed: experiment.seed)
    self.experiment = experiment
  }

  mutating func next() -> Batch {
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

/// Draws from the current generator what the notebook's cells before the loss draw: weights, pictures and dropout.
func drawWhatEarlierCellsDraw() {
  _ = (PatchEmbedding(), Tensor.randn([1, 3, 224, 224]))
  let vit = VisionTransformer(classCount: 10)
  _ = noGrad { vit(Tensor.randn([2, 3, 224, 224])) }
}
