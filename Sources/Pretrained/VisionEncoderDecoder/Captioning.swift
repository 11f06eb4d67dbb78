import Checkpoints
import Images
import Support
import Tensors
import Tokenizers

/// Captions from a published encoder and decoder such as `nlpconnect/vit-gpt2-image-captioning`; with a TrOCR
/// (`microsoft/trocr-base-printed`) the caption is the line of text that a picture shows.
///
/// ```swift
/// let captioner = try Captioning(directory: "vit-gpt2-image-captioning")
/// let captions = try captioner([photo], captioner.options(beams: 4, maximumLength: 16))
/// ```
public struct Captioning: ImageCaptioner {
  /// A caption of an image.
  public typealias Caption = ScoredText

  /// What looks and what writes.
  public let model: VisionEncoderDecoderModel
  /// Makes words of tokens.
  public let tokenizer: any Tokenizer
  /// What the directory says about generating with the model.
  public let generation: GenerationConfiguration
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation

  /// Reads model, tokenizer, image processor and what is said about generating.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try PipelineDirectory<VisionEncoderDecoderModel>(path)
    tokenizer = directory.tokenizer
    preparation = directory.processor
    generation = try directory.model.generationConfiguration()
    (model, loadReport) = try directory.load()
  }

  /// Puts the parts together, for a model that is in memory.
  public init(
    model: VisionEncoderDecoderModel, tokenizer: any Tokenizer, processor: ImageProcessor,
    generation: GenerationConfiguration
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.generation = generation
    preparation = ImagePreparation(processor)
    loadReport = nil
  }

  /// What the directory says, but with these beams and this length: transformers' `generate` with `num_beams` and
  /// `max_length`.
  ///
  /// - Parameters:
  ///   - beams: unfinished captions that are kept; 1 is greedy search, or sampling where the directory says so. `nil` for
  ///     what the directory says.
  ///   - maximumLength: the longest caption in tokens, with the one that begins it; `nil` for what the directory says. A
  ///     `max_new_tokens` in the directory wins over it, as in transformers.
  /// - Throws: `DataError` for settings that are not supported or contradict each other, and where the directory
  ///   says how to generate but not with which token a caption starts.
  public func options(beams: Int? = nil, maximumLength: Int? = nil) throws -> GenerationOptions {
    let options = try generation.options(beams: beams, maximumLength: maximumLength)
    if options.startToken == nil, let file = generation.file {
      throw DataError(
        file: file, reason: "names no token that a caption starts with (decoder_start_token_id or bos_token_id)")
    }
    return options
  }

  /// The token that fills up the shorter captions of a batch, as transformers chooses it.
  public func paddingToken(_ options: GenerationOptions) -> Int { generation.paddingToken(options) }

  /// Captions images.
  ///
  /// - Parameters:
  ///   - images: pictures of any size.
  ///   - options: how to choose tokens.
  ///   - onText: called with each caption as it grows.
  /// - Returns: for each image as many captions as asked for, best first.
  /// - Throws: ``PreparationError`` for an image that cannot be prepared, `DataError` for options that cannot be met.
  public func callAsFunction(
    _ images: [Image], _ options: GenerationOptions, onText: TextObserver? = nil
  ) throws -> [[Caption]] {
    if images.isEmpty { return [] }
    let pixels = try preparation.batch(images, size: model.configuration.encoder.imageSize)
    let stream = onText.map { TokenStream(tokenizer, $0) }
    let texts = try model.generate(pixels, options) { stream?.append($1, to: $0) }
    return texts.enumerated().map { image, texts in
      texts.map { text in
        Caption(
          ids: text.ids, text: tokenizer.decode(text.ids, skipSpecialTokens: true),
          score: text.score(options) { model(pixels[image].unsqueeze(0), captions: $0) })
      }
    }
  }

  /// The words of the best caption of each image, without its score.
  package func texts(_ images: [Image], _ options: GenerationOptions) throws -> [String] {
    let pixels = try preparation.batch(images, size: model.configuration.encoder.imageSize)
    return try model.generate(pixels, options).map { tokenizer.decode($0[0].ids, skipSpecialTokens: true) }
  }

  /// Captions images; a prompt is refused, as the model was not made to go on from one.
  public func captions(
    of images: [Image], prompt: String?, _ options: GenerationOptions, onText: TextObserver?
  ) throws -> [[Caption]] {
    if prompt != nil {
      throw DataError(
        .unsupported, file: preparation.directory,
        reason: "a \(VisionEncoderDecoderModel.architecture) takes no prompt; a "
          + "\(BLIPForConditionalGeneration.architecture) does")
    }
    return try self(images, options, onText: onText)
  }
}
