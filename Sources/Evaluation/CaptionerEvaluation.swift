import Datasets
import Images
import Pretrained
import Tokenizers

/// How well a captioner describes scenes that it has not learned from.
public struct CaptionerEvaluation {
  package let model: VisionEncoderDecoderModel
  private let tokenizer: any Tokenizer
  private let processor: ImageProcessor

  /// How many scenes of each part are described.
  public static let sceneCount = 200

  /// An evaluation of a model with its tokenizer and processor.
  public init(model: VisionEncoderDecoderModel, tokenizer: any Tokenizer, processor: ImageProcessor) {
    self.model = model
    self.tokenizer = tokenizer
    self.processor = processor
  }

  /// What the captioner says of scenes, token by token the most likely one.
  public func captions(_ scenes: [Scene]) throws -> [String] {
    let end = model.configuration.eosTokenIDs
    let options = GenerationOptions(.greedy, length: .total(model.configuration.decoder.positionCount), endTokens: end)
    return try model.generate(processor(scenes.map { $0.image() }).pixelValues, options).map { texts in
      tokenizer.decode(texts[0].tokens, skipSpecialTokens: true)
    }
  }
}
