import Checkpoints
import Datasets
import Evaluation
import Images
import Layers
import Pretrained
import Tensors
import Tokenizers

/// Trains the small captioner of Lesson 07, a Vision Transformer with a GPT-2, to describe drawn scenes in their canonical
/// words.
struct CaptionerTraining: ModelTraining {
  private let options: TrainingOptions
  private let plan: TrainingPlan
  private let state: TrainingState

  /// How the shipped model was trained.
  static let plan = TrainingPlan(
    name: "captioner", steps: 2500, batchSize: 64, learningRate: 1.5e-3, warmupSteps: 200)

  /// The side of all pictures.
  static let side = 32
  /// The longest caption in tokens, with the tokens that begin and end it.
  private static let textLength = 32

  init(_ options: TrainingOptions, _ destination: ModelDestination) {
    self.options = options
    plan = options.adapting(Self.plan)
    state = TrainingState(path: destination.stateFile(), plan: plan)
  }

  var states: [TrainingState] { [state] }

  func run(onStep: TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport) {
    let scenes = Scenes(split: .training, seed: options.seed)
    let learned = try LearnedTokenizer.gpt2(
      corpus: Scenes(split: .training).canonicalCaptions(2000), vocabularySize: 400, maxLength: Self.textLength)
    let configuration = Self.configuration(learned)
    let tokenizer = try learned.tokenizer()
    let model = try withGenerator(Generator(seed: plan.seed)) {
      let model = VisionEncoderDecoderModel(configuration)
      let loop = TrainingLoop(plan, model: model, stateFile: state.path)
      try loop.run(onStep: { try onStep($0, plan.steps, $1) }) { step in
        let batch = (step * plan.batchSize..<(step + 1) * plan.batchSize).map { scenes[$0] }
        let captions = try CaptionBatch(batch.map(\.canonicalCaption), tokenizer, end: learned.vocabularySize - 1)
        return captions.loss(model(Scene.tensor(batch), captions: captions.inputs))
      }
      return model
    }
    let generation = Self.generation(learned)
    let trained = TrainedModel(
      model: model, tokenizer: learned, processor: Self.processor, generation: generation)
    let captioner = Captioning(
      model: model, tokenizer: tokenizer, processor: ImageProcessor(Self.processor), generation: generation)
    return (trained, try CaptionerEvaluation(captioner).report())
  }

  private static func configuration(_ tokenizer: LearnedTokenizer) -> VisionEncoderDecoderConfiguration {
    let end = tokenizer.vocabularySize - 1
    var configuration = VisionEncoderDecoderConfiguration()
    configuration.decoderStartTokenID = end
    configuration.padTokenID = end
    configuration.eosTokenIDs = [end]
    configuration.encoder.imageSize = Extent(side)
    configuration.encoder.patchSize = Extent(8)
    configuration.encoder.hiddenSize = 80
    configuration.encoder.headCount = 5
    configuration.encoder.layerCount = 3
    configuration.encoder.intermediateSize = 160
    configuration.encoder.initializerRange = initializerStd
    var decoder = GPT2Configuration()
    decoder.hasCrossAttention = true
    decoder.vocabularySize = tokenizer.vocabularySize
    decoder.positionCount = textLength
    decoder.hiddenSize = 80
    decoder.headCount = 5
    decoder.layerCount = 3
    decoder.innerSize = 160
    decoder.initializerRange = initializerStd
    decoder.bosTokenID = end
    decoder.eosTokenIDs = [end]
    decoder.residualDropout = 0
    decoder.embeddingDropout = 0
    decoder.attentionDropout = 0
    configuration.decoder = .gpt2(decoder)
    return configuration
  }

  /// Narrow layers need wider weights than the 0.02 of wide ones to pass a signal on.
  private static let initializerStd = 0.05

  private static func generation(_ tokenizer: LearnedTokenizer) -> GenerationConfiguration {
    let end = tokenizer.vocabularySize - 1
    var generation = GenerationConfiguration()
    generation.maximumLength = textLength
    generation.beamCount = 4
    generation.bosTokenID = end
    generation.eosTokenIDs = [end]
    generation.padTokenID = end
    generation.decoderStartTokenID = end
    return generation
  }

  /// Pictures to 32×32 pixels and to numbers from -1 to 1.
  private static let processor = {
    var processor = ImageProcessorConfiguration(.vit)
    processor.size = .exact(height: side, width: side)
    processor.convertsToRGB = true
    return processor
  }()
}
