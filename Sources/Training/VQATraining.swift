import Checkpoints
import Datasets
import Evaluation
import Images
import Layers
import Pretrained
import Tensors
import Tokenizers

/// Trains the small ViLT of Lesson 08 to answer questions about drawn scenes, beginning with the image encoder of the
/// shipped captioner.
///
/// Beside answering, it fills in relations that are masked (``RelationGap``). Without that it never learns to answer
/// questions about relations: yes or no depends on which thing comes first *and* on which relation is asked for, and as
/// long as neither is known, knowing the other is of no use. What is filled in depends on the order alone, and where
/// the second thing is masked, too, on one place alone: each step helps by itself. (The published ViLT also learned to
/// fill in masked words first; Kim et al. 2021, section 3.2.)
struct VQATraining: ModelTraining {
  private let options: TrainingOptions
  private let destination: ModelDestination

  /// The longest question in tokens, with `[CLS]` and `[SEP]`.
  private static let questionLength = 24

  init(_ options: TrainingOptions, _ destination: ModelDestination) {
    self.options = options
    self.destination = destination
  }

  /// A part of the training, with a plan and a saved state of its own.
  private enum Stage: String, CaseIterable {
    /// Questions of all types alike: all are learned but those about relations.
    case questions
    /// Half gaps, a quarter questions about relations, a quarter of all types.
    case relations

    var plan: TrainingPlan {
      TrainingPlan(
        name: "vqa \(rawValue)", steps: self == .questions ? 6000 : 2500, batchSize: 64, learningRate: 1e-3,
        warmupSteps: 200)
    }
  }

  /// How the shipped model was trained, stage by stage.
  static var plans: [TrainingPlan] { Stage.allCases.map(\.plan) }

  var states: [TrainingState] { Stage.allCases.map(state) }

  private func state(_ stage: Stage) -> TrainingState {
    TrainingState(path: destination.stateFile(stage.rawValue), plan: options.adapting(stage.plan))
  }

  func run(onStep: TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport) {
    let scenes = Scenes(split: .training, seed: options.seed)
    let corpus = Scenes(split: .training)
    let learned = try LearnedTokenizer.bert(
      corpus: (0..<4000).map { corpus.question(at: $0).text }, vocabularySize: 160, maxLength: Self.questionLength)
    let configuration = Self.configuration(learned)
    let tokenizer = try learned.tokenizer()
    let captioner = try ModelDirectory(ShippedCheckpoint.captioner.directory)
    var report = TrainingReport()
    let model = try withGenerator(Generator(seed: options.seed)) {
      let trainee = Trainee(configuration)
      let model = trainee.vilt
      try model.adoptWeights(ofCaptioner: captioner.checkpoint())
      try train(.questions, model, onStep) { batch in
        try trainee.loss([], batch.map { scenes.question(at: $0) }, tokenizer)
      }
      let evaluation = VQAEvaluation(model: model, tokenizer: tokenizer)
      report.add(share: try evaluation.relationAccuracy(), TrainingReport.relationsBefore)
      try train(.relations, trainee, onStep) { batch in
        let (gaps, asked) = (batch.prefix(batch.count / 2), batch.dropFirst(batch.count / 2))
        let questions = asked.map { scenes.question(at: $0, type: $0 % 2 == 0 ? .relation : nil) }
        return try trainee.loss(
          gaps.map { RelationGap(scenes, at: $0, namesSecond: $0 % 2 == 0) }, questions, tokenizer)
      }
      report.add(share: try evaluation.relationAccuracy(), TrainingReport.relationsAfter)
      return model
    }
    let trained = TrainedModel(model: model, tokenizer: learned, processor: Self.processor)
    return (trained, report + (try VQAEvaluation(model: model, tokenizer: tokenizer).report()))
  }

  /// Trains a module by a stage's plan; `loss` is given the numbers of a batch's examples, which no other batch has.
  private func train(
    _ stage: Stage, _ module: Module, _ onStep: TrainingProgress, loss: (Range<Int>) throws -> Tensor
  ) throws {
    let plans = Stage.allCases.map { options.adapting($0.plan) }
    let number = Stage.allCases.firstIndex(of: stage) ?? 0
    let (plan, before) = (plans[number], plans[..<number].reduce(0) { $0 + $1.steps })
    let all = plans.reduce(0) { $0 + $1.steps }
    let loop = TrainingLoop(plan, model: module, stateFile: state(stage).path)
    let report: TrainingLoop.Observer = { try onStep(before + $0, all, $1) }
    try loop.run(onStep: report) { step in
      let first = (before + step) * plan.batchSize
      return try loss(first..<first + plan.batchSize)
    }
  }

  private static func configuration(_ tokenizer: LearnedTokenizer) -> ViLTConfiguration {
    var configuration = ViLTConfiguration()
    configuration.vocabularySize = tokenizer.vocabularySize
    configuration.positionCount = questionLength
    configuration.hiddenSize = 80
    configuration.layerCount = 6
    configuration.headCount = 5
    configuration.intermediateSize = 160
    configuration.initializerRange = initialSpread
    configuration.imageSize = Extent(side)
    configuration.patchSize = Extent(8)
    configuration.padTokenID = tokenizer.id(of: "[PAD]")
    configuration.labels = Labels(SceneQuery.answers)
    return configuration
  }

  /// The side of all pictures.
  private static let side = 32
  /// Narrow layers need wider weights than the 0.02 of wide ones to pass a signal on.
  private static let initialSpread = 0.05

  /// Pictures to a shorter side of 32 pixels, both sides multiples of a patch, and to numbers from -1 to 1.
  private static let processor = {
    var processor = ImageProcessorConfiguration(.vilt)
    processor.size = .shortestEdge(side, longest: nil)
    processor.sizeDivisor = 8
    return processor
  }()
}

/// A ViLT while it is trained, with a second head that fills in relations and is not kept.
private final class Trainee: Module {
  let vilt: ViLTForQuestionAnswering
  let relations: Linear

  init(_ configuration: ViLTConfiguration) {
    vilt = ViLTForQuestionAnswering(configuration)
    relations = Linear(configuration.hiddenSize, SceneRelation.allCases.count)
  }

  /// The mean cross-entropy of the gaps' relations, if there are gaps, and that of the questions' answers.
  func loss(_ gaps: [RelationGap], _ questions: [SceneQuestion], _ tokenizer: any Tokenizer) throws -> Tensor {
    let batch = try TokenBatch(gaps.map(\.text) + questions.map(\.text), tokenizer)
    let pixels = Scene.tensor(gaps.map(\.scene) + questions.map(\.scene))
    let pooled = vilt.pooled(batch.ids, attentionMask: batch.mask, pixels)  // [B, D]
    let answered = vilt.scores(pooled.slice(gaps.count..<pooled.shape[0], dim: 0))
    let loss = crossEntropy(answered, IntTensor(questions.map(\.answerIndex)))
    if gaps.isEmpty { return loss }
    let filled = relations(pooled.slice(0..<gaps.count, dim: 0))
    return loss + crossEntropy(filled, IntTensor(gaps.map(\.relation.rawValue)))
  }
}
