import Datasets
import Images
import Pretrained
import Tensors
import Tokenizers

/// How well a CLIP finds pictures and captions that it has not learned from.
public struct CLIPEvaluation {
  package let model: CLIPModel
  private let tokenizer: any Tokenizer
  private let processor: ImageProcessor

  /// An evaluation of a model with its tokenizer and processor.
  public init(model: CLIPModel, tokenizer: any Tokenizer, processor: ImageProcessor) {
    self.model = model
    self.tokenizer = tokenizer
    self.processor = processor
  }

  /// How many pictures and captions a retrieval is among.
  public static let sceneCount = 100

  /// Similarities of scenes and their captions, `[scenes, captions]`.
  public func similarities(_ gallery: SceneGallery) throws -> Tensor {
    try noGrad {
      let images = model.encodeImage(try processor(gallery.scenes.map { $0.image() }).pixelValues)
      let texts = model.encodeText(try TokenBatch(gallery.captions, tokenizer).ids)
      return images.matmul(texts.T)
    }
  }

  /// The share of digits whose own prompt is the most similar one: zero-shot classification (section 3.1).
  ///
  /// - Parameter prompts: the wordings of each class, whose embeddings are averaged (section 3.1.4).
  public func zeroShotAccuracy(_ digits: Digits, prompts: (Int) -> [String]) throws -> Double {
    try noGrad {
      let classes = try (0..<Digits.classCount).map { digit in
        model.encodeText(try TokenBatch(prompts(digit), tokenizer).ids).mean(dim: 0, keepDims: true).l2Normalized()
      }
      let images = try processor(digits.labels.indices.map(digits.image(at:))).pixelValues
      let predicted = model.encodeImage(images).matmul(Tensor.cat(classes, dim: 0).T).argmax(dim: 1).scalars
      return Double(zip(predicted, digits.labels).count { $0 == $1 }) / Double(digits.count)
    }
  }
}
