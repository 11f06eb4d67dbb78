import Checkpoints
import Images
import Support
import Tensors
import Tokenizers

/// Captions from a published BLIP such as `Salesforce/blip-image-captioning-base`.
///
/// ```swift
/// let captioner = try BLIPCaptioning(directory: "blip-image-captioning-base")
/// let captions = try captioner.captions(of: [photo], prompt: "a photo of", captioner.options())
/// ```
public struct BLIPCaptioning: ImageCaptioner {
  /// What looks and what writes.
  public let model: BLIPForConditionalGeneration
  /// Makes tokens of prompts, and words of tokens.
  public let tokenizer: any Tokenizer
  /// How captions are generated unless something else is asked for.
  public let generation: GenerationConfiguration
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  public let loadReport: LoadReport?
  private let preparation: ImagePreparation

  /// Reads model, tokenizer and image processor.
  ///
  /// - Throws: an error in one line that names the file and the reason.
  public init(directory path: String) throws {
    let directory = try PipelineDirectory<BLIPForConditionalGeneration>(path)
    tokenizer = directory.tokenizer
    preparation = directory.processor
    (model, loadReport) = try directory.load()
    generation = GenerationConfiguration(writer: model.configuration.text)
  }

  /// The model's own way of generating, greedy search of at most 20 new tokens, but with these beams and this length.
  public func options(beams: Int? = nil, maximumLength: Int? = nil) throws -> GenerationOptions {
    try generation.options(beams: beams, maximumLength: maximumLength)
  }

  /// The token that fills up the shorter captions of a batch, as transformers chooses it.
  public func paddingToken(_ options: GenerationOptions) -> Int { generation.paddingToken(options) }

  /// Captions images.
  public func captions(
    of images: [Image], prompt: String? = nil, _ options: GenerationOptions, onText: TextObserver? = nil
  ) throws -> [[ScoredText]] {
    if images.isEmpty { return [] }
    let beginning = try self.prompt(prompt)
    let pixels = try preparation.batch(images, size: model.configuration.vision.imageSize)
    let stream = onText.map { TokenStream(tokenizer, $0) }
    let texts = try model.generate(pixels, prompts: images.map { _ in beginning }, options) {
      stream?.append($1, to: $0)
    }
    return texts.enumerated().map { image, texts in
      texts.map { text in
        ScoredText(
          ids: text.ids, text: tokenizer.decode(text.ids, skipSpecialTokens: true),
          score: text.score(options) { model(pixels[image].unsqueeze(0), captions: $0) })
      }
    }
  }

  /// What a caption begins with, as the model takes it.
  private func prompt(_ text: String?) throws -> [Int] {
    guard let text else { return try model.prompt() }
    let settings = model.configuration.text
    let ids = try tokenizer.tokens(
      of: [text], vocabularySize: settings.vocabularySize, positionCount: settings.positionCount, isPadding: false,
      directory: preparation.directory
    )[0].ids
    return try model.prompt(ids)
  }
}
