import Checkpoints
import Datasets
import Evaluation
import Layers
import Pretrained
import Support
import Tensors
import Tokenizers

/// Trains the small painter of Lesson 13 to remove noise from drawn scenes, led by the text tower of the shipped CLIP,
/// which stays as it is.
struct PainterTraining: ModelTraining {
  private let options: TrainingOptions
  private let plan: TrainingPlan
  private let state: TrainingState

  /// How the shipped model was trained.
  static let plan = {
    var plan = TrainingPlan(name: "painter", steps: 12_000, batchSize: 32, learningRate: 2e-3, warmupSteps: 200)
    plan.matrixLearningRate = 1e-2
    plan.averageDecay = 0.998
    return plan
  }()

  init(_ options: TrainingOptions, _ destination: ModelDestination) {
    self.options = options
    plan = options.adapting(Self.plan)
    state = TrainingState(path: destination.stateFile(), plan: plan)
  }

  var states: [TrainingState] { [state] }

  func run(onStep: TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport) {
    let clip = try ModelDirectory(ShippedCheckpoint.clip.directory)
    let tokenizer = try loadTokenizer(directory: clip.path)
    let configuration = try Self.configuration(clip)
    let examples = PainterExamples(seed: options.seed, batchSize: plan.batchSize)
    var losses: [Float] = []
    let painter = try withGenerator(Generator(seed: plan.seed)) {
      let model = DiTPainterModel(configuration)
      try model.textEncoder.load(clip.checkpoint(), prefix: "text_model.", memory: .trainable)
      model.textEncoder.setFrozen()
      let painter = TextToImage(model: model, tokenizer: tokenizer)
      let loop = TrainingLoop(
        plan, model: model.transformer, stateFile: state.path, matrices: model.transformer.blockMatrices)
      losses = try loop.run(onStep: { try onStep($0, plan.steps, $1) }) { step in
        try examples.batch(step: step).loss(of: painter)
      }
      return painter
    }
    var report = TrainingReport()
    report.add("parameters", "\(painter.model.parameterCount)")
    report.add("of these trained", "\(painter.model.transformer.parameterCount)")
    report.add(losses: losses, every: Self.reportInterval)
    // A short training draws few scenes: all of them would take longer than it.
    let sceneCount = min(PainterEvaluation.sceneCount, plan.steps)
    let measured = try PainterEvaluation(painter).report(sceneCount: sceneCount)
    return (TrainedModel(model: painter.model, tokenizerOf: clip.path), report + measured)
  }

  /// How many steps a line of the report about losses stands for.
  private static let reportInterval = 500

  /// The painter's settings, with the text tower of a CLIP.
  static func configuration(_ clip: ModelDirectory) throws -> DiTConfiguration {
    guard let settings = clip.configuration as? CLIPConfiguration else {
      throw DataError(file: clip.settingsFile, reason: "is not that of a CLIP, whose text tower leads the painter")
    }
    var configuration = DiTConfiguration()
    configuration.hiddenSize = 96
    configuration.intermediateSize = 184
    configuration.layerCount = 8
    configuration.headCount = 4
    configuration.conditioningSize = 48
    configuration.textLength = 20
    configuration.schedule = .linear
    configuration.target = .clean
    configuration.text = settings.text
    configuration.knownWords = PainterExamples.words
    return configuration
  }
}
