import Datasets
import Evaluation
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
    let settings = Self.settings(learned)
    let tokenizer = try learned.tokenizer()
    let model = try withGenerator(Generator(seed: plan.seed)) {
      let model = VisionEncoderDecoderModel(settings.configuration)
      let loop = TrainingLoop(plan, model: model, stateFile: state.path)
      try loop.run(onStep: { try onStep($0, plan.steps, $1) }) { step in
        let batch = (step * plan.batchSize..<(step + 1) * plan.batchSize).map { scenes[$0] }
        let captions = try CaptionBatch(batch.map(\.canonicalCaption), tokenizer, end: settings.end)
        return captions.loss(model(Scene.tensor(batch), captions: captions.inputs))
      }
      return model
    }
    let (trained, captioner) = try settings.finished(model)
    return (trained, try CaptionerEvaluation(captioner).report())
  }

  private static func settings(_ tokenizer: LearnedTokenizer) -> SmallCaptioner {
    let end = tokenizer.vocabularySize - 1
    return SmallCaptioner(
      tokenizer: tokenizer, start: end, end: end, textLength: textLength, imageSize: Extent(32), hiddenSize: 80,
      headCount: 5, encoderLayerCount: 3, decoderLayerCount: 3, beamCount: 4)
  }
}
