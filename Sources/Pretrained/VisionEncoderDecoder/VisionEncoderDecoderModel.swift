import Layers
import Support
import Tensors

/// A model that writes about an image: a Vision Transformer encodes the image, and a language model that attends to it
/// writes. With a GPT-2 it is a captioner (`nlpconnect/vit-gpt2-image-captioning`), with TrOCR's decoder it reads a line
/// of text (Li et al. 2021, TrOCR, section 3).
///
/// I, C, H, W stand for images, channels, height and width; S for the encoder's tokens; B, T for texts and their tokens; D for
/// the decoder's width; V for its vocabulary.
public final class VisionEncoderDecoderModel: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: VisionEncoderDecoderConfiguration
  /// The image encoder.
  public let encoder: ViTEncoder
  /// The language model.
  public let decoder: any TextDecoder
  /// From the encoder's width to the decoder's, where they differ.
  private let encToDecProj: Linear?

  public static let architecture = "VisionEncoderDecoderModel"
  public static let requirement = "captioning needs an encoder and a decoder"

  /// A model with initial values.
  public init(_ configuration: VisionEncoderDecoderConfiguration) {
    self.configuration = configuration
    encoder = ViTEncoder(configuration.encoder)
    decoder = configuration.decoder.makeDecoder()
    let widths = (configuration.encoder.hiddenSize, configuration.decoder.hiddenSize)
    // Where the decoder's settings state the encoder's width, its cross-attention takes that.
    let fits = widths.0 == widths.1 || configuration.decoder.crossAttentionSize != nil
    encToDecProj = fits ? nil : Linear(widths.0, widths.1, std: configuration.encoder.initializerRange)
  }

  /// Images as tokens of the decoder's width.
  ///
  /// - Parameter pixelValues: `[I, C, H, W]`.
  /// - Returns: `[I, S, D]`.
  public func encode(_ pixelValues: Tensor) -> Tensor {
    let states = encoder(pixelValues)  // [I, S, D of the encoder]
    return encToDecProj?(states) ?? states
  }

  /// The logits of every next token of given captions: teacher forcing.
  ///
  /// - Parameters:
  ///   - pixelValues: `[I, C, H, W]`.
  ///   - captions: `[B, T]`, where B is a multiple of I: captions of one image stand side by side.
  /// - Returns: `[B, T, V]`.
  public func callAsFunction(_ pixelValues: Tensor, captions: IntTensor) -> Tensor {
    decoder(captions, encoderStates: encode(pixelValues))
  }

  /// Writes captions.
  ///
  /// - Parameters:
  ///   - pixelValues: images as the processor prepares them, `[I, C, H, W]`.
  ///   - options: how to choose tokens.
  ///   - onToken: called with each token as it is chosen, for streaming.
  /// - Returns: for each image as many captions as asked for, best first.
  /// - Throws: `DataError` for options that cannot be met.
  public func generate(
    _ pixelValues: Tensor, _ options: GenerationOptions, onToken: TokenObserver? = nil
  ) throws -> [[GeneratedText]] {
    guard let start = options.startToken ?? configuration.decoderStartTokenID ?? configuration.decoder.bosTokenID else {
      throw DataError(reason: "the configuration names no token that a caption starts with (decoder_start_token_id)")
    }
    return try noGrad {
      let captions = ImageCaptions(decoder: decoder, memory: decoder.memory(encode(pixelValues)))
      return try captions.generate(
        after: Array(repeating: [start], count: pixelValues.shape[0]), options, onToken: onToken)
    }
  }
}

/// The decoder together with the images that it writes about.
private struct ImageCaptions: CausalLanguageModel {
  let decoder: any TextDecoder
  let memory: [CrossAttentionMemory]

  var vocabularySize: Int { decoder.vocabularySize }
  var positionCount: Int { decoder.positionCount }
  /// None, as in transformers: it looks for the limit among the settings of encoder and decoder together.
  var unstatedLimit: Int? { nil }

  func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    decoder.nextTokenLogits(after: tokens, cache: cache, memory: memory)
  }
}

extension AttentionRecorder {
  /// The cross-attention of every layer of the decoder: of T tokens to S tokens of the encoder. The row of a token holds
  /// the weights with which the next token is chosen.
  ///
  /// - Parameters:
  ///   - pixelValues: `[B, C, H, W]`.
  ///   - captions: one for each image, each with the token that begins captions, `[B, T]`.
  public init(_ model: VisionEncoderDecoderModel, _ pixelValues: Tensor, captions: IntTensor) {
    self = noGrad { model.decoder.crossAttention(captions, model.decoder.memory(model.encode(pixelValues))) }
  }
}
