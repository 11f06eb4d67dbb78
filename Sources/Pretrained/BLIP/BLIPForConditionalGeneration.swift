import Layers
import Support
import Tensors

/// BLIP as a captioner (Li et al. 2022, figure 2, the image-grounded text decoder): a Vision Transformer looks, and a
/// transformer over text that attends to it writes.
///
/// I, C, H, W stand for images, channels, height and width; B, T for texts and their tokens; V for the vocabulary.
public final class BLIPForConditionalGeneration: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: BLIPConfiguration
  /// The image encoder.
  public let visionModel: ViTEncoder
  private let textDecoder: BLIPTextDecoder

  public static let architecture = "BlipForConditionalGeneration"
  public static let otherClasses = [BLIPForQuestionAnswering.architecture]
  public static let requirement = "captioning needs an image encoder and a text decoder"

  /// A model with initial values.
  public init(_ configuration: BLIPConfiguration) {
    self.configuration = configuration
    visionModel = ViTEncoder(configuration.vision)
    textDecoder = BLIPTextDecoder(
      configuration.text, memoryWidth: configuration.vision.hiddenSize, isTied: configuration.tiedOutput != nil)
  }

  /// The logits of every next token of given captions: teacher forcing.
  ///
  /// - Parameters:
  ///   - pixelValues: `[I, C, H, W]`.
  ///   - captions: `[B, T]`, where B is a multiple of I: captions of one image stand side by side.
  /// - Returns: `[B, T, V]`.
  public func callAsFunction(_ pixelValues: Tensor, captions: IntTensor) -> Tensor {
    textDecoder(captions, memory: textDecoder.memory(visionModel(pixelValues)))
  }

  /// What a caption begins with.
  ///
  /// - Parameter ids: a beginning as BERT's tokenizer gives it, \[CLS\], words, \[SEP\]: the first token becomes the one that
  ///   begins texts here, and the last one goes, for the text goes on; `nil` for a caption without a given beginning.
  /// - Throws: `DataError` for a beginning of fewer than two tokens.
  public func prompt(_ ids: [Int]? = nil) throws -> [Int] {
    let start = try textDecoder.startToken()
    guard let ids else { return [start] }
    if ids.count < 2 {
      throw DataError(reason: "a prompt has \(ids.count) tokens, but the first and the last one are not its own")
    }
    return [start] + ids.dropFirst().dropLast()
  }

  /// Writes captions.
  ///
  /// - Parameters:
  ///   - pixelValues: images as the processor prepares them, `[I, C, H, W]`.
  ///   - prompts: what the captions begin with, one for each image (``prompt(_:)``); by default without a given beginning.
  ///   - options: how to choose tokens.
  ///   - onToken: called with each token as it is chosen, for streaming.
  /// - Returns: for each image as many captions as asked for, best first.
  /// - Throws: `DataError` for options or prompts that cannot be met.
  public func generate(
    _ pixelValues: Tensor, prompts: [[Int]]? = nil, _ options: GenerationOptions, onToken: TokenObserver? = nil
  ) throws -> [[GeneratedText]] {
    let images = pixelValues.shape[0]
    let prompts = try prompts ?? Array(repeating: prompt(), count: images)
    if prompts.count != images {
      throw DataError(reason: "\(prompts.count) prompts do not fit \(images) images: one for each is needed")
    }
    return try noGrad {
      try textDecoder.generate(
        after: prompts, memory: textDecoder.memory(visionModel(pixelValues)), options, onToken: onToken)
    }
  }
}
