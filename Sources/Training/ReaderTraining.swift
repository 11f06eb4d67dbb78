import Datasets
import Evaluation
import Layers
import Pretrained
import Tensors
import Tokenizers

/// Trains the small reader of Lesson 14, a Vision Transformer with a GPT-2 that spells, to read drawn documents.
///
/// Each page is learned twice: as all of its text, row by row, which is what Donut (Kim et al. 2022, section 3.2)
/// learns first, and as its fields. The token that an answer starts with tells the model which of the two is asked for,
/// and both learn from the same encoded page. ``ReaderWithAids`` tells what else helps it.
struct ReaderTraining: ModelTraining {
  private let options: TrainingOptions
  private let plan: TrainingPlan
  private let state: TrainingState

  /// How the shipped model was trained.
  static let plan = {
    var plan = TrainingPlan(name: "reader", steps: 9500, batchSize: 16, learningRate: 1.5e-3, warmupSteps: 200)
    plan.largestGradient = 0.5
    return plan
  }()

  /// The longest text in tokens, with the one that begins or ends it.
  private static let textLength = 160

  init(_ options: TrainingOptions, _ destination: ModelDestination) {
    self.options = options
    plan = options.adapting(Self.plan)
    state = TrainingState(path: destination.stateFile(), plan: plan)
  }

  var states: [TrainingState] { [state] }

  func run(onStep: TrainingProgress) throws -> (model: TrainedModel, report: TrainingReport) {
    // Every fifth page is of words without a meaning, so that the model learns to read what it cannot guess.
    let documents = Documents(
      split: .training, kinds: ["receipt", "form", "receipt", "form", "text"], seed: options.seed)
    let learned = try Self.learnedTokenizer()
    let settings = Self.settings(learned)
    let model = try withGenerator(Generator(seed: plan.seed)) {
      let trained = ReaderWithAids(VisionEncoderDecoderModel(settings.configuration))
      Self.setPositions(of: trained.model)
      let loop = TrainingLoop(plan, model: trained, stateFile: state.path)
      try loop.run(onStep: { try onStep($0, plan.steps, $1) }) { step in
        let difficulty = Self.difficulty(at: step, of: plan)
        let batch = (step * plan.batchSize..<(step + 1) * plan.batchSize).map { index in
          // Every tenth page is a single line, which is the most difficult place to find.
          let document = index % 10 == 9 ? documents.line(at: index) : documents[index]
          return Document(document.content, document.design.eased(difficulty: difficulty))
        }
        if step < Self.namingSteps(of: plan) { return trained.seenLoss(batch) }
        let tokens = batch.flatMap { document in DocumentTask.allCases.map(document.tokens) }
        return trained.loss(batch, tokens, Self.texts(tokens, learned))
      }
      return trained.model
    }
    let (trained, reader) = try settings.finished(model)
    // A model of a few steps writes on and on, so it reads few pages.
    let report = try ReaderEvaluation(reader).report(pageCount: min(ReaderEvaluation.pageCount, plan.steps))
    return (trained, report)
  }

  /// Characters, prompts and tags.
  static func learnedTokenizer() throws -> LearnedTokenizer {
    try LearnedTokenizer.gpt2(
      corpus: [], vocabularySize: byteCount + 1, maxLength: textLength,
      prompts: DocumentTask.allCases.map(\.startToken), tags: DocumentTokens.tags)
  }

  /// The first steps, in which the encoder alone learns to name characters: half as long as a step of writing, and a
  /// decoder that begins behind an encoder that sees finds something to look at.
  static func namingSteps(of plan: TrainingPlan) -> Int { plan.steps / 5 }

  /// How different pages are, 0 to 100: at first all have the plain font and the same distances, and what is told by
  /// places is learned; then fonts, distances and slopes come in.
  static func difficulty(at step: Int, of plan: TrainingPlan) -> Int {
    let (first, last) = (plan.steps / 20, plan.steps * 3 / 10)
    return min(max(step - first, 0) * 100 / max(last - first, 1), 100)
  }

  /// Texts as tokens, the ones about a page in the order of ``DocumentTask``.
  static func texts(_ rows: [[DocumentToken]], _ learned: LearnedTokenizer) -> CaptionBatch {
    let ids = Dictionary(uniqueKeysWithValues: zip(learned.tokens, 0...))
    let starts = DocumentTask.allCases.map { ids[$0.startToken] ?? byteCount }
    return CaptionBatch(
      ids: rows.map { row in row.map { ids[$0.text == " " ? space : $0.text] ?? byteCount } },
      starts: rows.indices.map { starts[$0 % starts.count] }, end: byteCount)
  }

  /// The space as GPT-2 spells it.
  private static let space = "Ġ"

  /// Tokens of single bytes: characters are not joined to words, so that no token has to be learned from a few pages.
  /// The token behind them ends a text.
  private static let byteCount = 256

  static func settings(_ tokenizer: LearnedTokenizer) -> SmallCaptioner {
    SmallCaptioner(
      tokenizer: tokenizer, start: tokenizer.id(of: DocumentTask.fields.startToken), end: byteCount,
      textLength: textLength, imageSize: Extent(height: Document.height, width: Document.width), hiddenSize: 112,
      headCount: 4, encoderLayerCount: 4, decoderLayerCount: 2, beamCount: 1)
  }

  /// Begins positions with waves of many lengths (Vaswani et al. 2017, section 3.5), of patches across and down (as in
  /// He et al. 2022, MAE): neighbors are alike from the start, and need not be found out to be neighbors.
  static func setPositions(of model: VisionEncoderDecoderModel) {
    let (encoder, decoder) = (model.configuration.encoder, model.configuration.decoder)
    for (name, parameter) in model.namedParameters() {
      if name.hasSuffix("position_embeddings") {
        let half = encoder.hiddenSize / 2
        var values = [Float](repeating: 0, count: encoder.hiddenSize)  // the class token's
        for row in 0..<encoder.imageSize.height / encoder.patchSize.height {
          for column in 0..<encoder.imageSize.width / encoder.patchSize.width {
            values += waves(row, width: half, longest: 100, amplitude: 0.5)
            values += waves(column, width: half, longest: 100, amplitude: 0.5)
          }
        }
        parameter.assign(Tensor(values, shape: parameter.shape))
      } else if name.hasSuffix("wpe.weight") {
        let values = (0..<textLength).flatMap {
          waves($0, width: decoder.hiddenSize, longest: 1000, amplitude: 0.1)
        }
        parameter.assign(Tensor(values, shape: parameter.shape))
      }
    }
  }

  /// Sines and cosines of a place, of lengths from 2π to `longest` times that.
  private static func waves(_ place: Int, width: Int, longest: Double, amplitude: Float) -> [Float] {
    let half = width / 2
    let step = ElementaryDouble.log(longest) / Double(half - 1)
    let angles = Tensor(
      (0..<half).map { Float(Double(place) * ElementaryDouble.exp(-step * Double($0))) }, shape: [half])
    return (angles.sin().scalars + angles.cos().scalars).map { $0 * amplitude }
  }
}
