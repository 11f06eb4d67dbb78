import Datasets
import Pretrained
import Tensors

/// How well a CLIP finds pictures and captions that it has not learned from.
public struct CLIPEvaluation {
  package let clip: ZeroShot

  /// An evaluation of a model with its tokenizer and processor.
  public init(_ clip: ZeroShot) { self.clip = clip }

  /// How many pictures and captions a retrieval is among.
  public static let sceneCount = 100

  /// Similarities of scenes and their captions, `[scenes, captions]`.
  public func similarities(_ gallery: SceneGallery) throws -> Tensor {
    try clip.encode(images: gallery.scenes.map { $0.image() }).matmul(clip.encode(texts: gallery.captions).T)
  }

  /// The share of digits whose own prompt is the most similar one: zero-shot classification (section 3.1).
  ///
  /// - Parameter prompts: the wordings of each class, whose embeddings are averaged (section 3.1.4).
  public func zeroShotAccuracy(_ digits: Digits, prompts: (Int) -> [String]) throws -> Double {
    let classes = try (0..<Digits.classCount).map { digit in
      try clip.encode(texts: prompts(digit)).mean(dim: 0, keepDims: true).l2Normalized()
    }
    let images = try clip.encode(images: digits.labels.indices.map(digits.image(at:)))
    return digits.accuracy(of: images.matmul(Tensor.cat(classes, dim: 0).T).argmax(dim: 1).scalars)
  }
}
