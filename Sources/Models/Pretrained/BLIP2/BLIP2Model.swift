import Checkpoints
import Layers
import Tensors

/// BLIP-2 (Li et al. 2023, figure 1): a frozen image encoder, a frozen language model, and a small transformer between
/// them that turns an image into a few tokens in front of the text.
///
/// B, C, H, W stand for images, channels, height and width; Q for queries; T for tokens; D for the language model's
/// width; V for its vocabulary.
public final class BLIP2Model: Module, PretrainedModel {
  public static let modelType = "blip-2"
  /// What the model was made from.
  public let configuration: BLIP2Configuration
  /// What looks.
  public let visionModel: BLIP2VisionEncoder
  private let queryTokens: Tensor  // [1, Q, width of the Q-Former]
  /// What gathers.
  public let qformer: QFormer
  private let languageProjection: Linear
  /// What writes.
  public let languageModel: OPTDecoder

  public static func settings(of configuration: ModelConfiguration) -> BLIP2Configuration? {
    if case .blip2(let settings) = configuration { settings } else { nil }
  }

  public static func modelConfiguration(_ settings: BLIP2Configuration) -> ModelConfiguration { .blip2(settings) }

  public static let architecture = "Blip2ForConditionalGeneration"

  /// A model with initial values.
  public init(_ configuration: BLIP2Configuration) {
    self.configuration = configuration
    let width = configuration.queryTransformer.hiddenSize
    visionModel = BLIP2VisionEncoder(configuration.vision)
    queryTokens = Initialisation.normal(
      [1, configuration.queryCount, width], standardDeviation: configuration.initializerRange)
    qformer = QFormer(configuration.queryTransformer)
    languageProjection = Linear(
      width, configuration.text.embeddingSize, standardDeviation: configuration.initializerRange)
    languageModel = OPTDecoder(configuration.text)
  }

  /// What the queries gather from images.
  ///
  /// - Parameter pixelValues: `[B, C, H, W]`.
  /// - Returns: `[B, Q, width of the Q-Former]`.
  public func queryOutput(_ pixelValues: Tensor) -> Tensor { qformer(queryTokens, image: visionModel(pixelValues)) }

  /// Images as tokens of the language model.
  ///
  /// - Parameter pixelValues: `[B, C, H, W]`.
  /// - Returns: `[B, Q, D]`.
  public func imageTokens(_ pixelValues: Tensor) -> Tensor {
    languageProjection(queryOutput(pixelValues))
  }

  /// The logits of every next token of given texts.
  ///
  /// - Parameters:
  ///   - pixelValues: `[B, C, H, W]`.
  ///   - ids: `[B, T]`, one text for each image, with Q placeholders (``prompt(_:)``).
  /// - Returns: `[B, T, V]`.
  /// - Throws: ``GenerationError`` if a text has not Q placeholders.
  public func callAsFunction(_ pixelValues: Tensor, ids: IntTensor) throws -> Tensor {
    for row in 0..<ids.shape[0] { try requirePlaceholders(ids[row].scalars) }
    return languageModel.logits(prompted(imageTokens(pixelValues)).embed(ids))
  }

  // MARK: Prompts

  /// The token that holds the place of one query's output in a prompt.
  ///
  /// Checkpoints of before 2024 name none. They put the image in front of the text all the same, so any id that is no
  /// token will do.
  public var placeholder: Int { configuration.imageTokenID ?? configuration.text.vocabularySize }

  /// A prompt as the model takes it: a placeholder for each query, and the text.
  ///
  /// - Parameter text: the ids of the text with the token that begins it, as OPT's tokenizer gives them; that token alone
  ///   asks for a caption.
  public func prompt(_ text: [Int]) -> [Int] {
    Array(repeating: placeholder, count: configuration.queryCount) + text
  }

  /// Writes texts about images.
  ///
  /// - Parameters:
  ///   - pixelValues: `[B, C, H, W]`.
  ///   - prompts: one for each image, with Q placeholders (``prompt(_:)``), not padded; without any, captions are written.
  ///   - options: how to choose tokens.
  ///   - onToken: called with each token as it is chosen, for streaming.
  /// - Returns: for each image as many texts as asked for, best first.
  /// - Throws: ``GenerationError`` for prompts that do not fit the images, or options that cannot be met.
  public func generate(
    _ pixelValues: Tensor, prompts: [[Int]]? = nil, _ options: GenerationOptions, onToken: TokenObserver? = nil
  ) throws -> [[GeneratedText]] {
    let images = pixelValues.shape[0]
    let start = configuration.text.bosTokenID.map { [$0] } ?? []
    let prompts = prompts ?? Array(repeating: prompt(start), count: images)
    if prompts.count != images {
      throw GenerationError("\(prompts.count) prompts do not fit \(images) images: one for each is needed")
    }
    for prompt in prompts { try requirePlaceholders(prompt) }
    return try noGrad {
      try prompted(imageTokens(pixelValues)).generate(after: prompts, options, onToken: onToken)
    }
  }

  private func prompted(_ images: Tensor) -> ImagePrompts {
    ImagePrompts(decoder: languageModel, images: images, placeholder: placeholder)
  }

  private func requirePlaceholders(_ ids: [Int]) throws {
    let count = ids.count { $0 == placeholder }
    if count != configuration.queryCount {
      throw GenerationError(
        "a prompt has \(count) places for the image (token \(placeholder)), but the model has \(configuration.queryCount) queries"
      )
    }
  }
}

/// The language model together with the images in its prompts.
private struct ImagePrompts: CausalLanguageModel {
  let decoder: OPTDecoder
  let images: Tensor  // [B, Q, D]
  let placeholder: Int

  var vocabularySize: Int { decoder.vocabularySize }
  var positionCount: Int { decoder.positionCount }

  func accepts(_ token: Int) -> Bool { decoder.accepts(token) || token == placeholder }

  func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    let batch = TokenBatch(tokens, after: cache.lengths, limit: positionCount)
    // What is written later is text, whatever its id.
    let embedded = cache.isEmpty ? embed(batch.ids) : decoder.embed(batch.ids)
    return decoder.nextTokenLogits(batch, embedded: embedded, cache: cache)
  }

  /// The vectors of tokens, those of a row's placeholders replaced by its image's, in order: `[B, T]` to `[B, T, D]`.
  func embed(_ ids: IntTensor) -> Tensor {
    let (queries, width) = (images.shape[1], images.shape[2])
    let text = decoder.embed(IntTensor(ids.scalars.map { $0 == placeholder ? 0 : $0 }))  // [B·T, D]
    // One table with all texts' vectors above all images', and for each place a row of it.
    let table = Tensor.cat([text, images.reshape(-1, width)])  // [B·T + B·Q, D]
    var next = text.shape[0]
    let rows = ids.scalars.enumerated().map { place, id in
      if id != placeholder { return place }
      defer { next += 1 }
      return next
    }
    assert(rows.count { $0 >= text.shape[0] } <= images.shape[0] * queries)
    return table.rows(IntTensor(rows, shape: ids.shape))
  }
}
