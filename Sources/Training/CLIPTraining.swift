import Checkpoints
import Datasets
import Evaluation
import Images
import Layers
import Pretrained
import Tensors
import Tokenizers

/// Trains the small CLIP of Lesson 06 on drawn scenes and handwritten digits with their captions.
struct CLIPTraining: ModelTraining {
  private let options: TrainingOptions
  private let plan: TrainingPlan
  private let state: TrainingState

  /// How the shipped model was trained.
  static let plan = TrainingPlan(name: "clip", steps: 2000, batchSize: 128, learningRate: 2e-3, warmupSteps: 100)

  /// How many things a scene has.
  static let objectCounts = 1...2
  /// The longest caption in tokens.
  private static let textLength = 32
  /// ln 100: "clipped to prevent scaling the logits by more than 100" (section 2.5).
  private static let largestLogitScale: Float = 4.605_170_2

  init(_ options: TrainingOptions, _ destination: ModelDestination) {
    self.options = options
    plan = options.adapting(Self.plan)
    state = TrainingState(path: destination.stateFile(), plan: plan)
  }

  var states: [TrainingState] { [state] }

  func run(onStep: TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport) {
    let learned = try LearnedTokenizer.clip(
      corpus: Self.corpus(), vocabularySize: 700, maxLength: Self.textLength)
    let configuration = Self.configuration(learned)
    let processor = ImageProcessor(Self.processor)
    let digits = try Digits.load().writerSplit
    let examples = try CLIPExamples(options, digits: digits.training, processor: processor, batchSize: plan.batchSize)
    let tokenizer = try learned.tokenizer()
    let model = try withGenerator(Generator(seed: plan.seed)) {
      let model = CLIPModel(configuration)
      let loop = TrainingLoop(plan, model: model, stateFile: state.path) {
        if model.logitScale.item > Self.largestLogitScale {
          model.logitScale.assign(.full([], Self.largestLogitScale))
        }
      }
      try loop.run(onStep: { try onStep($0, plan.steps, $1) }) { step in
        let batch = examples.batch(step: step)
        let ids = try TokenBatch(batch.captions, tokenizer).ids
        return contrastiveLoss(model(batch.images, ids), matches: batch.matches)
      }
      return model
    }
    let trained = TrainedModel(model: model, tokenizer: learned, processor: Self.processor)
    let evaluation = CLIPEvaluation(ZeroShot(model: model, tokenizer: tokenizer, processor: processor))
    return (trained, try evaluation.report(digits: digits.test))
  }

  /// What the tokenizer is learned from: all captions of a thousand training scenes and of the digits.
  private static func corpus() -> [String] {
    Scenes(split: .training).prefix(1000).flatMap { $0.captions(.training).map(\.text) }
      + (0..<10).flatMap { DigitCaption.all(of: $0, .training) }
  }

  private static func configuration(_ tokenizer: LearnedTokenizer) -> CLIPConfiguration {
    var configuration = CLIPConfiguration()
    configuration.projectionSize = 64
    configuration.text.vocabularySize = tokenizer.vocabularySize
    configuration.text.positionCount = textLength
    configuration.text.hiddenSize = 64
    configuration.text.headCount = 4
    configuration.text.layerCount = 2
    configuration.text.intermediateSize = 256
    configuration.text.projectionSize = configuration.projectionSize
    configuration.text.bosTokenID = tokenizer.vocabularySize - 2
    configuration.text.eosTokenID = tokenizer.vocabularySize - 1
    configuration.text.padTokenID = tokenizer.vocabularySize - 1
    configuration.vision.imageSize = Extent(CLIPExamples.side)
    configuration.vision.patchSize = Extent(8)
    configuration.vision.hiddenSize = 96
    configuration.vision.headCount = 6
    configuration.vision.layerCount = 3
    configuration.vision.intermediateSize = 192
    configuration.vision.projectionSize = configuration.projectionSize
    return configuration
  }

  /// Pictures to 32×32 pixels and to numbers from -1 to 1.
  static let processor = {
    var processor = ImageProcessorConfiguration(.clip)
    processor.size = .shortestEdge(CLIPExamples.side, longest: nil)
    processor.cropSize = .init(height: CLIPExamples.side, width: CLIPExamples.side)
    processor.normalization = .standard
    return processor
  }()
}
