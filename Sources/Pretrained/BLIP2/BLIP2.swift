import Checkpoints
import Images
import Support
import Tokenizers

/// Texts about pictures from a published BLIP-2 such as `Salesforce/blip2-opt-2.7b`.
///
/// ```swift
/// let blip = try BLIP2(directory: "blip2-opt-2.7b")
/// let texts = try blip([(photo, "Question: What is in the image? Answer:")], blip.options(maximumNewTokens: 20))
/// ```
public struct BLIP2: Pipeline {
  /// A picture and how the text about it begins; without a beginning it becomes a caption.
  public typealias Request = (image: Image, prompt: String?)

  /// What the model wrote.
  public struct Text: Equatable, Sendable {
    /// The tokens that hold the image's place, then those of the prompt.
    public let promptIDs: [Int]
    /// The tokens that were written, with the one that ends the text.
    public let newIDs: [Int]
    /// Prompt and answer, without special tokens: what transformers' `decode` makes of all ids.
    public let text: String
    /// What was written.
    public let answer: String
  }

  /// Image encoder, Q-Former and language model.
  public let model: BLIP2Model
  /// Makes tokens of prompts, and words of tokens.
  public let tokenizer: any Tokenizer
  /// How texts are generated unless something else is asked for.
  public let generation: GenerationConfiguration
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation
  /// Why no prompt can be put behind an image, as the files contradict each other; `nil` if one can.
  private let promptProblem: String?

  /// The token that holds the place of a query's output in a prompt, as BLIP-2's processor spells it.
  private static let imageToken = "<image>"

  /// Reads model, tokenizer and image processor.
  ///
  /// Texts are generated as transformers does it with BLIP-2: by the settings of the language model alone.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try PipelineDirectory<BLIP2Model>(path, addingSpecialTokens: [Self.imageToken])
    tokenizer = directory.tokenizer
    preparation = directory.processor
    let processorFile = directory.model.find("processor_config.json")
    let processor = try processorFile.map { try JSON(contentsOf: $0) }
    (model, loadReport) = try directory.load()
    generation = GenerationConfiguration(languageModel: model.configuration.text)
    promptProblem = Self.promptProblem(
      model.configuration, tokenizer, processor, file: processorFile, directory: directory.model.path)
  }

  /// What in the files keeps transformers' processor from putting the image's places that the model looks for in front of
  /// a prompt: it would write without having seen the image, or not at all.
  private static func promptProblem(
    _ settings: BLIP2Configuration, _ tokenizer: any Tokenizer, _ processor: JSON?, file: String?, directory: String
  ) -> String? {
    // A checkpoint of before 2024 names no token for the image's places, and needs none.
    guard let expected = settings.imageTokenID else { return nil }
    var count: JSON?
    if case .object(let members)? = processor { count = members["num_query_tokens"] }
    guard let count, count != .null else {
      let lack =
        file.map { "\($0): names no num_query_tokens" }
        ?? "\(directory): has no processor_config.json, which names num_query_tokens"
      return lack + ", so transformers would put no place for the image in front of a prompt"
    }
    if count != .integer(settings.queryCount) {
      return "\(file ?? directory): num_query_tokens is \(count.kindName), but config.json says \(settings.queryCount)"
    }
    if let found = tokenizer.id(of: imageToken), found != expected {
      return "\(directory): the tokenizer's \(imageToken) is token \(found), but config.json says that "
        + "image_token_index is \(expected)"
    }
    return nil
  }

  /// Puts the parts together, for a model that is in memory.
  public init(
    model: BLIP2Model, tokenizer: any Tokenizer, processor: ImageProcessor, generation: GenerationConfiguration
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.generation = generation
    preparation = ImagePreparation(processor)
    loadReport = nil
    promptProblem = nil
  }

  /// The model's own way of generating, but with this length.
  ///
  /// - Parameter maximumNewTokens: the longest answer in tokens; `nil` for 20.
  /// - Throws: `DataError` for settings that are not supported.
  public func options(maximumNewTokens: Int? = nil) throws -> GenerationOptions {
    var options = try GenerationOptions(generation)
    if let maximumNewTokens { options.length = .new(maximumNewTokens) }
    return options
  }

  /// The token that fills up the shorter texts of a batch behind their end.
  public var paddingToken: Int { generation.padTokenID ?? generation.eosTokenIDs.first ?? 0 }

  /// Writes about pictures.
  ///
  /// - Parameters:
  ///   - requests: pictures of any size, each with a prompt or none.
  ///   - options: how to choose tokens.
  ///   - onText: called with each answer as it grows.
  /// - Returns: for each request as many texts as asked for, best first.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for a
  ///   prompt that the model cannot read or options that cannot be met.
  public func callAsFunction(
    _ requests: [Request], _ options: GenerationOptions, onText: TextObserver? = nil
  ) throws -> [[Text]] {
    if requests.isEmpty { return [] }
    let prompts = try requests.map { try promptIDs($0.prompt) }
    let pixels = try preparation.batch(requests.map(\.image), size: model.configuration.vision.imageSize)
    let stream = onText.map { TokenStream(tokenizer, $0) }
    let texts = try model.generate(pixels, prompts: prompts, options) { stream?.append($1, to: $0) }
    return texts.map { texts in
      texts.map { text in
        Text(
          promptIDs: text.prompt, newIDs: text.tokens, text: tokenizer.decode(text.ids, skipSpecialTokens: true),
          answer: tokenizer.decode(text.tokens, skipSpecialTokens: true))
      }
    }
  }

  /// A prompt as the model takes it; without one, the token alone that begins a text.
  private func promptIDs(_ prompt: String?) throws -> [Int] {
    let settings = model.configuration.text
    guard let prompt else {
      if let start = settings.bosTokenID { return model.prompt([start]) }
      throw DataError(
        .mismatch, file: preparation.directory,
        reason: "text_config.bos_token_id is null, so there is no token that a text without a prompt begins with")
    }
    if let promptProblem { throw DataError(.mismatch, reason: promptProblem) }
    let room = settings.positionCount - model.configuration.queryCount
    let ids = try tokenizer.tokens(
      of: [prompt], vocabularySize: settings.vocabularySize, positionCount: room, directory: preparation.directory
    )[0].ids
    return model.prompt(ids)
  }

  /// Texts as the rows of transformers' result: behind the image's places prompts are filled up in front with the
  /// tokenizer's padding token, and rows at their end with the language model's.
  ///
  /// A checkpoint that names no token for the image's places has none in the rows either.
  public func rows(_ texts: [Text]) -> [[Int]] {
    let queries = model.configuration.queryCount
    let prompts = texts.map { Array($0.promptIDs.dropFirst(queries)) }
    let (longestPrompt, longest) = (prompts.map(\.count).max() ?? 0, texts.map(\.newIDs.count).max() ?? 0)
    let places = model.configuration.imageTokenID.map { Array(repeating: $0, count: queries) } ?? []
    let filler = tokenizer.specialTokens.padding?.id ?? paddingToken
    return zip(texts, prompts).map { text, prompt in
      places + Array(repeating: filler, count: longestPrompt - prompt.count) + prompt + text.newIDs
        + Array(repeating: paddingToken, count: longest - text.newIDs.count)
    }
  }
}
