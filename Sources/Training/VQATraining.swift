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
/// In the second stage it also fills in relations that are masked (``RelationGap``). Without this stage it did not learn
/// to answer questions about relations: their answer depends on the order of the two things *and* on the relation in
/// the question, and a model that has learned only one of the two guesses. A masked relation depends on the order
/// alone; where the second thing is masked, too, it depends on the position of the first alone. (The published ViLT was
/// pretrained with masked words, too; Kim et al. 2021, section 3.2.)
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
    /// Questions of all types; those about relations are not learned yet.
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
      let trained = ViLTWithRelationHead(configuration)
      let model = trained.vilt
      try model.adoptWeights(ofCaptioner: captioner.checkpoint())
      try train(.questions, model, onStep) { batch in
        try trained.loss([], batch.map { scenes.question(at: $0) }, tokenizer)
      }
      let evaluation = VQAEvaluation(model: model, tokenizer: tokenizer)
      report.add(share: try evaluation.relationAccuracy(), TrainingReport.relationsBefore)
      try train(.relations, trained, onStep) { batch in
        let (gaps, asked) = (batch.prefix(batch.count / 2), batch.dropFirst(batch.count / 2))
        let questions = asked.map { scenes.question(at: $0, type: $0 % 2 == 0 ? .relation : nil) }
        return try trained.loss(
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
    configuration.initializerRange = SmallCaptioner.initializerStd
    configuration.imageSize = Extent(side)
    configuration.patchSize = Extent(8)
    configuration.padTokenID = tokenizer.id(of: "[PAD]")
    configuration.labels = Labels(SceneQuery.answers)
    return configuration
  }

  /// The side of all pictures.
  private static let side = 32

  /// Pictures to a shorter side of 32 pixels, both sides multiples of a patch, and to numbers from -1 to 1.
  private static let processor = {
    var processor = ImageProcessorConfiguration(.vilt)
    processor.size = .shortestEdge(side, longest: nil)
    processor.sizeDivisor = 8
    return processor
  }()
}

/// A ViLT in training, with a second head that predicts masked relations and is not saved.
private final class ViLTWithRelationHead: Module {
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
