import Pretrained
import Tokenizers

/// What the course's small captioner and its reader have in common: a Vision Transformer beside a GPT-2 of the same
/// width, pictures of one size in patches of 8×8 pixels, and a tokenizer that was learned.
struct SmallCaptioner {
  /// The tokenizer of the texts.
  let tokenizer: LearnedTokenizer
  /// The token that a text starts with.
  let start: Int?
  /// The token that ends a text, and fills up the shorter ones of a batch.
  let end: Int
  /// The longest text in tokens, with the one that it starts with.
  let textLength: Int
  /// The size of all pictures.
  let imageSize: Extent
  /// The width of a token's vector; feed-forward layers are twice as wide.
  let hiddenSize: Int
  /// The heads of each attention.
  let headCount: Int
  /// The blocks of the Vision Transformer, and those of the GPT-2.
  let encoderLayerCount, decoderLayerCount: Int
  /// The texts that are kept in beam search unless another number is asked for; 1 is greedy search.
  let beamCount: Int

  /// Narrow layers need wider weights than the 0.02 of wide ones to pass a signal on.
  static let initializerStd = 0.05

  /// The settings of the model.
  var configuration: VisionEncoderDecoderConfiguration {
    var configuration = VisionEncoderDecoderConfiguration()
    configuration.decoderStartTokenID = start
    configuration.padTokenID = end
    configuration.eosTokenIDs = [end]
    configuration.encoder.imageSize = imageSize
    configuration.encoder.patchSize = Extent(8)
    configuration.encoder.hiddenSize = hiddenSize
    configuration.encoder.headCount = headCount
    configuration.encoder.layerCount = encoderLayerCount
    configuration.encoder.intermediateSize = 2 * hiddenSize
    configuration.encoder.initializerRange = Self.initializerStd
    var decoder = GPT2Configuration()
    decoder.hasCrossAttention = true
    decoder.vocabularySize = tokenizer.vocabularySize
    decoder.positionCount = textLength
    decoder.hiddenSize = hiddenSize
    decoder.headCount = headCount
    decoder.layerCount = decoderLayerCount
    decoder.innerSize = 2 * hiddenSize
    decoder.initializerRange = Self.initializerStd
    decoder.bosTokenID = end
    decoder.eosTokenIDs = [end]
    decoder.residualDropout = 0
    decoder.embeddingDropout = 0
    decoder.attentionDropout = 0
    configuration.decoder = .gpt2(decoder)
    return configuration
  }

  /// A trained model with all that belongs to it: as it is written to a directory, and as it is evaluated.
  ///
  /// - Throws: `DataError` for a tokenizer that cannot be loaded.
  func finished(_ model: VisionEncoderDecoderModel) throws -> (trained: TrainedModel, captioning: Captioning) {
    let trained = TrainedModel(model: model, tokenizer: tokenizer, processor: processor, generation: generation)
    let captioning = Captioning(
      model: model, tokenizer: try tokenizer.tokenizer(), processor: ImageProcessor(processor), generation: generation)
    return (trained, captioning)
  }

  /// How the model writes texts.
  private var generation: GenerationConfiguration {
    var generation = GenerationConfiguration()
    generation.maximumLength = textLength
    generation.beamCount = beamCount
    generation.bosTokenID = end
    generation.eosTokenIDs = [end]
    generation.padTokenID = end
    generation.decoderStartTokenID = start
    return generation
  }

  /// Pictures to the size of all pictures and to numbers from -1 to 1.
  private var processor: ImageProcessorConfiguration {
    var processor = ImageProcessorConfiguration(.vit)
    processor.size = .exact(height: imageSize.height, width: imageSize.width)
    processor.convertsToRGB = true
    return processor
  }
}
