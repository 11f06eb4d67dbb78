import Datasets
import Layers
import Models
import Notebook
import Tensors
import Training

/// How many things a scene has, in training and in the galleries.
let thingCounts = 1...1

/// What training and search need of a model: two towers, ln s for the cosines, and for SigLIP's loss (5.7) a bias.
nonisolated protocol DualEncoder: Module {
  /// Unit vectors `[B, D]` of pictures `[B, 3, H, W]`.
  func encodeImage(_ pictures: Tensor) -> Tensor
  /// Unit vectors `[B, D]` of texts `[B, T]`.
  func encodeText(_ ids: IntTensor) -> Tensor
  /// ln s, the logarithm of what the cosines are multiplied by.
  var logitScale: Tensor { get }
  /// What is added to the scaled cosines, if anything is.
  var logitBias: Tensor? { get }
}

extension SimpleCLIP: DualEncoder {}

extension DualEncoder {
  /// S, the scaled cosines of a batch's pictures (rows) and captions (columns), `[N, N]`.
  func callAsFunction(_ batch: SceneBatches.Batch) -> Tensor {
    let pictures = encodeImage(Scene.tensor(batch.scenes))
    let texts = encodeText(WordVocabulary.scenes.encode(batch.captions))
    let scaled = (logitScale.exp() * pictures).matmul(texts.T)
    return logitBias.map { scaled + $0 } ?? scaled
  }
}

/// Batches of scenes of one thing with their captions, which differ unless duplicates are allowed.
struct SceneBatches {
  /// As many captions as scenes, in the same order.
  typealias Batch = (scenes: [Scene], captions: [String])

  var world = SceneWorld.fourByFour
  var detail = SceneDetail.full
  /// Whether a caption may come twice in a batch.
  var allowsDuplicates = false
  /// In how many sizes and places each color and shape is shown, at most; 14 of 18 are there for training.
  var looksPerCombination = 14
  var batchSize = 32
  var seed = lesson.seed
  private(set) var index = 0

  /// The next batch; which scenes it has depends on the seed and on how many were drawn before.
  mutating func next() -> Batch {
    let scenes = Scenes(world: world, split: .training, objectCounts: thingCounts, seed: seed)
    var batch: Batch = ([], [])
    var seen: Set<String> = []
    var shown: [SceneCombination: [SceneObject]] = [:]  // as far as it was needed
    while batch.scenes.count < batchSize {
      let scene = scenes[index]
      index += 1
      if looksPerCombination < 14 {
        let thing = scene.objects[0]
        let looks = shown[thing.combination] ?? shownLooks(of: thing.combination)
        shown[thing.combination] = looks
        guard looks.contains(where: { $0.size == thing.size && $0.place == thing.place }) else { continue }
      }
      let caption = scene.caption(detail).text
      if seen.insert(caption).inserted || allowsDuplicates {
        batch.scenes.append(scene)
        batch.captions.append(caption)
      }
    }
    return batch
  }

  /// In which sizes and places a color and shape is shown.
  private func shownLooks(of combination: SceneCombination) -> [SceneObject] {
    let looks = SceneSize.allCases.flatMap { size in
      ScenePlace.allCases.map { SceneObject(combination, size: size, place: $0) }
    }
    let trained = looks.filter { look in Scene([look]).map { world.split(of: $0) == .training } ?? false }
    // Every third one, so that a few looks differ in size and in place.
    let order = trained.indices.sorted { ($0 % 3, $0) < ($1 % 3, $1) }
    return order.prefix(looksPerCombination).map { trained[$0] }
  }
}

/// One training run on drawn scenes: what the sections from 5.6 on change.
struct Experiment {
  /// The notebook's model in small: 64 numbers wide, two layers, patches of 8 pixels in pictures of 32.
  static let notebookModel = SimpleCLIP.Configuration(
    embedDim: 64, vocabularySize: WordVocabulary.scenes.count, maxSequenceLength: 16, imageSize: 32, patchSize: 8,
    headCount: 4, depth: 2, feedForwardDim: 256, dropout: 0)

  var model = Experiment.notebookModel
  var makeModel: (SimpleCLIP.Configuration) -> any DualEncoder = { SimpleCLIP($0) }
  var batches = SceneBatches()
  var isTemperatureFixed = false
  /// What the cosines are multiplied by at most; nil is no limit.
  var largestScale: Double? = 100
  var learningRate = 2e-3
  var steps = 200
  var objective: (Tensor) -> Tensor = clipLoss

  /// What came of a run.
  struct Outcome {
    let experiment: Experiment
    let model: any DualEncoder
    let losses: [Float]

    /// The mean loss of the last twenty steps.
    var lastLoss: Float { losses.suffix(20).reduce(0, +) / Float(min(20, losses.count)) }
    /// What the cosines are multiplied by in the end, s = 1/τ.
    var scale: Float { noGrad { model.logitScale.exp() }.item }
    /// The loss of a perfect model of this temperature: pairs at 1, all others equally far apart at -1 / (N - 1).
    var perfectLoss: Float {
      let n = Float(experiment.batches.batchSize)
      return (1 + (n - 1) * Tensor(-n / (n - 1) * scale).exp()).log().item
    }
  }

  /// The same with a change.
  func changed(_ change: (inout Experiment) -> Void) -> Experiment {
    var result = self
    change(&result)
    return result
  }

  /// Trains a new model.
  ///
  /// - Parameter seedOffset: added to the lesson's seed, for another training of the same kind.
  func run(_ name: String, seedOffset: Int = 0) -> Outcome {
    var experiment = self
    experiment.batches.seed += seedOffset
    return require(try withGenerator(Generator(seed: experiment.batches.seed)) { try experiment.train(name) })
  }

  /// Trainings with as many seeds.
  func runs(_ name: String, count: Int = 3) -> [Outcome] {
    (0..<count).map { run("\(name), seed \(lesson.seed + $0)", seedOffset: $0) }
  }

  private func train(_ name: String) throws -> Outcome {
    let model = makeModel(model)
    model.logitScale.isFrozen = isTemperatureFixed
    let plan = TrainingPlan(
      name: name, steps: steps, batchSize: batches.batchSize, learningRate: learningRate, warmupSteps: steps / 10)
    let loop = TrainingLoop(plan, model: model) {
      if !isTemperatureFixed, let largestScale { clampScale(of: model, to: largestScale) }
    }
    let bar = progress("training \(name)", total: steps)
    var batches = batches
    var losses: [Float] = []
    try loop.run { _, lossOfStep in
      losses.append(lossOfStep)
      bar.advance()
    } loss: { _ in
      objective(model(batches.next()))
    }
    bar.finish()
    return Outcome(experiment: self, model: model, losses: losses)
  }
}

/// Draws from the current generator what the notebook's cells before the loss draw: weights, pictures and dropout.
func drawWhatEarlierCellsDraw() {
  _ = (PatchEmbedding(), Tensor.randn([1, 3, 224, 224]))
  let vit = VisionTransformer(classCount: 10)
  _ = noGrad { vit(Tensor.randn([2, 3, 224, 224])) }
}
