import Checkpoints
import Images
import Support
import Tensors
import Tokenizers

/// Answers to questions about pictures, in words of its own, from a published BLIP such as `Salesforce/blip-vqa-base`.
///
/// ```swift
/// let blip = try BLIPQuestionAnswering(directory: "blip-vqa-base")
/// let answers = try blip.answers(about: [photo], to: ["What animal is in the image?"], blip.options())
/// ```
public struct BLIPQuestionAnswering: QuestionAnswerer {
  /// What looks, what reads and what writes.
  public let model: BLIPForQuestionAnswering
  /// Makes tokens of questions, and words of tokens.
  public let tokenizer: any Tokenizer
  /// How answers are generated unless something else is asked for.
  public let generation: GenerationConfiguration
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation

  /// Questions about one image that go through the model at a time, to bound memory.
  private static let questionsAtATime = 16

  /// Reads model, tokenizer and image processor.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try PipelineDirectory<BLIPForQuestionAnswering>(path)
    tokenizer = directory.tokenizer
    preparation = directory.processor
    (model, loadReport) = try directory.load()
    generation = GenerationConfiguration(writer: model.configuration.text)
  }

  /// The model's own way of generating, greedy search of at most 20 new tokens, but with these beams and this length.
  ///
  /// - Throws: `DataError` for settings that contradict each other.
  public func options(beams: Int? = nil, maximumLength: Int? = nil) throws -> GenerationOptions {
    try generation.options(beams: beams, maximumLength: maximumLength)
  }

  /// The token that fills up the shorter answers of a batch, as transformers chooses it.
  public func paddingToken(_ options: GenerationOptions) -> Int { generation.paddingToken(options) }

  /// Asks every question about every image.
  ///
  /// - Returns: for each pair as many answers as asked for, best first: all questions about the first image, then the
  ///   second. A pair has the same answer alone and among others.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for a question that the model
  ///   cannot read or options that cannot be met.
  public func answers(
    about images: [Image], to questions: [String], _ options: GenerationOptions
  ) throws -> [[ScoredText]] {
    let settings = model.configuration
    let asked = try tokenizer.tokens(
      of: questions, vocabularySize: settings.text.vocabularySize, positionCount: settings.text.positionCount,
      isPadding: false, directory: preparation.directory
    ).map(\.ids)
    var answers: [[ScoredText]] = []
    for (index, image) in images.enumerated() {
      let pixels = try preparation.batch([image], from: index, size: settings.vision.imageSize)
      let states = noGrad { model.visionModel(pixels) }  // [1, N + 1, its width]
      try inChunks(asked, of: Self.questionsAtATime) { questions in
        let texts = try model.generate(images: states, questions: Array(questions), options)
        answers += zip(questions, texts).map { question, texts in texts.map { scored($0, question, states, options) } }
      }
    }
    return answers
  }

  /// Asks every question about every image; of several answers the best one counts.
  public func ask(_ questions: [String], about images: [Image]) throws -> PictureAnswers {
    let options = try options()
    let best = try answers(about: images, to: questions, options).compactMap(\.first)
    let longest = best.map(\.ids.count).max() ?? 0
    let filler = paddingToken(options)
    return PictureAnswers(
      answers: best.map(\.text), scores: best.map(\.score),
      basis: .ids(best.map { $0.ids + Array(repeating: filler, count: longest - $0.ids.count) }))
  }

  private func scored(
    _ text: GeneratedText, _ question: [Int], _ image: Tensor, _ options: GenerationOptions
  ) -> ScoredText {
    ScoredText(
      ids: text.ids, text: tokenizer.decode(text.ids, skipSpecialTokens: true),
      score: text.score(options) { model.logits(images: image, questions: IntTensor([question]), answers: $0) })
  }
}
