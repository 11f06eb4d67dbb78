import Layers
import Support
import Tensors

/// BLIP-2 (Li et al. 2023, figure 1): a frozen image encoder, a frozen language model, and a small transformer between
/// them that turns an image into a few tokens in front of the text.
///
/// B, C, H, W stand for images, channels, height and width; Q for queries; T for tokens; D for the language model's
/// width; V for its vocabulary.
public final class BLIP2Model: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: BLIP2Configuration
  /// The image encoder.
  public let visionModel: ViTEncoder
  /// The learned queries, `[1, Q, width of the Q-Former]`.
  public let queryTokens: Tensor
  /// The transformer of the queries.
  public let qformer: QFormer
  /// From a query's output to the width of the language model's layers.
  public let languageProjection: Linear
  /// The language model.
  public let languageModel: OPTDecoder

  public static let architecture = "Blip2ForConditionalGeneration"
  public static let requirement = "writing about a picture needs image encoder, Q-Former and language model"

  /// A model with initial values.
  public init(_ configuration: BLIP2Configuration) {
    self.configuration = configuration
    let width = configuration.queryTransformer.hiddenSize
    visionModel = ViTEncoder(configuration.vision)
    queryTokens = Initialization.normal(
      [1, configuration.queryCount, width], std: configuration.initializerRange)
    qformer = QFormer(configuration.queryTransformer)
    languageProjection = Linear(
      width, configuration.text.hiddenSize, std: configuration.initializerRange)
    languageModel = OPTDecoder(configuration.text)
  }

  /// The output of the queries for images.
  ///
  /// - Parameter pixelValues: `[B, C, H, W]`.
  /// - Returns: `[B, Q, width of the Q-Former]`.
  public func queryOutput(_ pixelValues: Tensor) -> Tensor { qformer(queryTokens, image: visionModel(pixelValues)) }

  /// Images as tokens of the language model.
  ///
  /// - Parameter pixelValues: `[B, C, H, W]`.
  /// - Returns: `[B, Q, D]`.
  public func imageTokens(_ pixelValues: Tensor) -> Tensor { imageTokens(encoded: visionModel(pixelValues)) }

  /// Images as tokens of the language model, from what the image encoder has returned.
  ///
  /// - Parameter image: `[B, S, width of the encoder]` for S tokens of the encoder.
  /// - Returns: `[B, Q, D]`.
  public func imageTokens(encoded image: Tensor) -> Tensor { languageProjection(qformer(queryTokens, image: image)) }

  /// How many numbers there are between the image encoder and the language model: all that BLIP-2 trains.
  public var bridgeParameterCount: Int {
    parameterCount - visionModel.parameterCount - languageModel.parameterCount
  }

  /// The logits of every next token of given texts.
  ///
  /// - Parameters:
  ///   - pixelValues: `[B, C, H, W]`.
  ///   - ids: `[B, T]`, one text for each image, with Q placeholders (``prompt(_:)``).
  /// - Returns: `[B, T, V]`.
  /// - Throws: `DataError` if a text has not Q placeholders.
  public func callAsFunction(_ pixelValues: Tensor, ids: IntTensor) throws -> Tensor {
    for row in 0..<ids.shape[0] { try requirePlaceholders(ids[row].scalars) }
    return prompted(imageTokens(pixelValues)).logits(ids)
  }

  // MARK: Prompts

  /// The token that stands for the output of one query in a prompt.
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
  /// - Throws: `DataError` for prompts that do not fit the images, or options that cannot be met.
  public func generate(
    _ pixelValues: Tensor, prompts: [[Int]]? = nil, _ options: GenerationOptions, onToken: TokenObserver? = nil
  ) throws -> [[GeneratedText]] {
    let images = pixelValues.shape[0]
    let start = configuration.text.bosTokenID.map { [$0] } ?? []
    let prompts = prompts ?? Array(repeating: prompt(start), count: images)
    if prompts.count != images {
      throw DataError(reason: "\(prompts.count) prompts do not fit \(images) images: one for each is needed")
    }
    for prompt in prompts { try requirePlaceholders(prompt) }
    return try noGrad {
      try prompted(imageTokens(pixelValues)).generate(after: prompts, options, onToken: onToken)
    }
  }

  /// The language model with images in its prompts, as its tokens `[B, K, D]`: ``imageTokens(_:)`` or what else was
  /// made of images.
  public func prompted(_ images: Tensor) -> ImagePrompts {
    ImagePrompts(decoder: languageModel, images: asEmbeddings(images), placeholder: placeholder)
  }

  /// An image's tokens `[B, K, D]` in the width of the language model's embeddings, E: `[B, K, E]`.
  ///
  /// Both widths are the same in all published models. Where the embeddings are narrower (as in OPT-350M), transformers
  /// fills the image's positions with the tokens' numbers one after the other, and leaves out what remains.
  private func asEmbeddings(_ images: Tensor) -> Tensor {
    let (count, width, own) = (images.shape[1], images.shape[2], configuration.text.embeddingSize)
    if width == own { return images }
    return images.flatten(from: 1).slice(0..<count * own, dim: 1).reshape(images.shape[0], count, own)
  }

  private func requirePlaceholders(_ ids: [Int]) throws {
    let count = ids.count { $0 == placeholder }
    if count != configuration.queryCount {
      throw DataError(
        reason:
          "a prompt has \(count) placeholders for the image (token \(placeholder)), but the model has \(configuration.queryCount) queries"
      )
    }
  }
}
