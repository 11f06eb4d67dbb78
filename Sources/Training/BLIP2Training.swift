import Checkpoints
import Datasets
import Evaluation
import Images
import Layers
import Pretrained
import Support
import Tensors
import Tokenizers

/// Trains the small BLIP-2 of Lesson 09: a language model on captions alone, then the Q-Former between it and the image
/// encoder of the shipped captioner, both frozen; last a linear bridge, to compare with.
struct BLIP2Training: ModelTraining {
  private let options: TrainingOptions
  private let destination: ModelDestination

  /// The longest text of the language model: two captions with the tokens around them.
  private static let textLength = 64
  private static let queryCount = 8
  private static let batchSize = 64

  init(_ options: TrainingOptions, _ destination: ModelDestination) {
    self.options = options
    self.destination = destination
  }

  /// A part of the training, with a plan and a saved state of its own.
  private enum Stage: String, CaseIterable {
    case language
    case one
    case two
    case linear

    /// Parts draw from places of the endless list of scenes that are far apart.
    var firstScene: Int { (Self.allCases.firstIndex(of: self) ?? 0) * 1_000_000 }

    var plan: TrainingPlan {
      let name = "blip2 \(rawValue)"
      return switch self {
      case .language:
        TrainingPlan(name: name, steps: 1000, batchSize: batchSize, learningRate: 2e-3, warmupSteps: 100)
      case .one: TrainingPlan(name: name, steps: 1000, batchSize: batchSize, learningRate: 1.5e-3, warmupSteps: 100)
      case .two: TrainingPlan(name: name, steps: 2200, batchSize: batchSize, learningRate: 1.5e-3, warmupSteps: 100)
      // As many steps as both stages of the Q-Former together.
      case .linear: TrainingPlan(name: name, steps: 3200, batchSize: batchSize, learningRate: 3e-3, warmupSteps: 100)
      }
    }
  }

  /// How the shipped model was trained, stage by stage.
  static var plans: [TrainingPlan] { Stage.allCases.map(\.plan) }

  var states: [TrainingState] { Stage.allCases.map(state) }

  private func state(_ stage: Stage) -> TrainingState {
    TrainingState(path: destination.stateFile(stage.rawValue), plan: options.adapting(stage.plan))
  }

  func run(onStep: @escaping TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport) {
    let learned = try LearnedTokenizer.opt(
      corpus: Scenes(split: .training).prefix(1000).flatMap { $0.captions(.training).map(\.text) },
      vocabularySize: 400, maxLength: Self.textLength, imageToken: "<image>")
    let tokenizer = try learned.tokenizer()
    let captioner = try ModelDirectory(ShippedCheckpoint.captioner.directory)
    let configuration = try Self.configuration(learned, captioner)
    let (model, bridge) = try withGenerator(Generator(seed: options.seed)) {
      let model = BLIP2Model(configuration)
      try model.visionModel.adoptWeights(ofCaptioner: captioner.checkpoint())
      model.visionModel.setFrozen()
      model.visionModel.eval()
      let objectives = BLIP2Objectives(model, tokenizer)
      var done = 0

      func train(_ stage: Stage, _ module: Module, _ loss: ([Scene]) throws -> Tensor) throws {
        let plan = options.adapting(stage.plan)
        let scenes = Scenes(split: .training, seed: options.seed)
        let loop = TrainingLoop(plan, model: module, stateFile: state(stage).path)
        let before = done
        try loop.run(onStep: { try onStep(before + $0, totalSteps, $1) }) { step in
          let first = stage.firstScene + step * plan.batchSize
          return try loss((first..<first + plan.batchSize).map { scenes[$0] })
        }
        done += plan.steps
      }

      try train(.language, model.languageModel) { try objectives.language($0) }
      model.languageModel.setFrozen()
      let pretraining = QFormerPretraining(model)
      try train(.one, pretraining) { try objectives.stageOne($0, pretraining).sum }
      try train(.two, model) { try objectives.stageTwo($0) }
      let bridge = LinearBridge(configuration)
      try train(.linear, bridge) { try objectives.stageTwo($0, bridge: bridge) }
      return (model, bridge)
    }
    let processor = try Self.processor(captioner)
    let trained = TrainedModel(
      model: model, tokenizer: learned, processor: processor, generation: Self.generation(configuration.text),
      companions: [(LinearBridge.file, bridge)])
    let evaluation = BLIP2Evaluation(model: model, tokenizer: tokenizer, processor: ImageProcessor(processor))
    return (trained, try evaluation.report(bridge: bridge))
  }

  private var totalSteps: Int { Stage.allCases.reduce(0) { $0 + options.adapting($1.plan).steps } }

  private static func configuration(
    _ tokenizer: LearnedTokenizer, _ captioner: ModelDirectory
  ) throws -> BLIP2Configuration {
    guard let seen = captioner.configuration as? VisionEncoderDecoderConfiguration else {
      throw DataError(file: captioner.path, reason: "is no captioner")
    }
    var configuration = BLIP2Configuration()
    configuration.vision = BLIP2VisionConfiguration(seen.encoder)
    configuration.queryTransformer.vocabularySize = tokenizer.vocabularySize
    configuration.queryTransformer.hiddenSize = 64
    configuration.queryTransformer.layerCount = 4
    configuration.queryTransformer.headCount = 4
    configuration.queryTransformer.intermediateSize = 128
    configuration.queryTransformer.hiddenDropout = 0
    configuration.queryTransformer.attentionDropout = 0
    configuration.queryTransformer.positionCount = textLength
    configuration.queryTransformer.initializerRange = SmallCaptioner.initializerStd
    configuration.queryTransformer.padTokenID = 1
    configuration.queryTransformer.encoderHiddenSize = configuration.vision.hiddenSize
    configuration.text.vocabularySize = tokenizer.vocabularySize
    configuration.text.hiddenSize = 64
    configuration.text.layerCount = 3
    configuration.text.intermediateSize = 128
    configuration.text.positionCount = textLength
    configuration.text.dropout = 0
    configuration.text.headCount = 4
    configuration.text.initializerRange = SmallCaptioner.initializerStd
    configuration.queryCount = queryCount
    configuration.imageTextSize = 32
    configuration.imageTokenID = tokenizer.vocabularySize - 1
    configuration.initializerRange = SmallCaptioner.initializerStd
    return configuration
  }

  private static func generation(_ settings: OPTConfiguration) -> GenerationConfiguration {
    var generation = GenerationConfiguration()
    generation.maximumNewTokens = BLIP2Evaluation.captionLength
    generation.bosTokenID = settings.bosTokenID
    generation.eosTokenIDs = settings.eosTokenIDs
    generation.padTokenID = settings.padTokenID
    return generation
  }

  /// BLIP's processor with the sizes and the normalization that the encoder was trained with.
  private static func processor(_ captioner: ModelDirectory) throws -> ImageProcessorConfiguration {
    let known = try ImageProcessor(directory: captioner.path).configuration
    var processor = ImageProcessorConfiguration(.blip)
    processor.size = known.size
    processor.filter = known.filter
    processor.normalization = known.normalization
    return processor
  }
}
