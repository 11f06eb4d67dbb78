import Datasets
import Images
import Pretrained
import Tensors
import Tokenizers

/// How well a BLIP-2 describes scenes that it has not learned from.
public struct BLIP2Evaluation {
  package let model: BLIP2Model
  private let tokenizer: any Tokenizer
  private let processor: ImageProcessor

  /// How many scenes of each part are described.
  public static let sceneCount = 200
  /// The longest caption in tokens.
  package static let captionLength = 24

  /// An evaluation of a model with its tokenizer and processor.
  public init(model: BLIP2Model, tokenizer: any Tokenizer, processor: ImageProcessor) {
    self.model = model
    self.tokenizer = tokenizer
    self.processor = processor
  }

  /// What the language model says of scenes, token by token the most likely one.
  ///
  /// - Parameter bridge: what stands between image encoder and language model instead of the Q-Former.
  public func captions(_ scenes: [Scene], bridge: LinearBridge? = nil) throws -> [String] {
    let pixels = try processor(scenes.map { $0.image() }).pixelValues
    let tokens = noGrad {
      let image = model.visionModel(pixels)
      return bridge?(image) ?? model.imageTokens(encoded: image)
    }
    return try noGrad { try write(behind: tokens) }
  }

  /// What the language model writes after the image's tokens, without a prompt, by greedy search.
  private func write(behind tokens: Tensor) throws -> [String] {
    let settings = model.configuration.text
    let options = GenerationOptions(
      .greedy, length: .new(Self.captionLength), endTokens: settings.eosTokenIDs)
    let places = Array(repeating: model.placeholder, count: tokens.shape[1])
    let prompt = places + (settings.bosTokenID.map { [$0] } ?? [])
    let prompts = Array(repeating: prompt, count: tokens.shape[0])
    return try model.prompted(tokens).generate(after: prompts, options).map { texts in
      tokenizer.decode(texts[0].tokens, skipSpecialTokens: true)
    }
  }
}
