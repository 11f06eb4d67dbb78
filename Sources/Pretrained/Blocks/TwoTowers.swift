import Layers
import Tensors

/// A model with a tower for images and a tower for texts, both into one space, where an image lies near the texts that
/// describe it: CLIP and SigLIP.
///
/// I and T stand for the number of images and of texts; E for the width of the common space.
public protocol TwoTowers: Module {
  /// The size of the images that the model takes.
  var imageSize: Extent { get }
  /// E.
  var embeddingWidth: Int { get }
  /// What the model takes as a text.
  var textLimits: TextLimits { get }
  /// How the logits of an image's texts become probabilities.
  var comparison: TextComparison { get }
  /// The logarithm of what cosines are multiplied by, one number.
  var logitScale: Tensor { get }

  /// Images in the common space, before they are brought to length 1: `[I, E]` for images `[I, C, H, W]`.
  func imageFeatures(_ pixelValues: Tensor) -> Tensor

  /// Texts in the common space, before they are brought to length 1.
  ///
  /// - Parameters:
  ///   - ids: tokens, `[T, L]`.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[T, L]`; all are tokens if it is `nil`.
  /// - Returns: `[T, E]`.
  func textFeatures(_ ids: IntTensor, attentionMask: IntTensor?) -> Tensor

  /// The similarities of unit vectors `[I, E]` and `[T, E]`: `[I, T]`.
  func logits(images: Tensor, texts: Tensor) -> Tensor

  /// Writes settings and weights into a directory, from which this project reads them.
  ///
  /// - Throws: `DataError` if a file cannot be written.
  func save(to path: String) throws
}

extension TwoTowers {
  /// Images in the common space: unit vectors `[I, E]` for images `[I, C, H, W]`.
  public func encodeImage(_ pixelValues: Tensor) -> Tensor { imageFeatures(pixelValues).l2Normalized() }

  /// Texts in the common space: unit vectors `[T, E]` for tokens `[T, L]` (see ``textFeatures(_:attentionMask:)``).
  public func encodeText(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    textFeatures(ids, attentionMask: attentionMask).l2Normalized()
  }

  /// The similarities of images and texts.
  ///
  /// - Returns: `[I, T]` for images `[I, C, H, W]` and tokens `[T, L]`.
  public func callAsFunction(_ pixelValues: Tensor, _ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    logits(images: encodeImage(pixelValues), texts: encodeText(ids, attentionMask: attentionMask))
  }
}

/// What a model takes as a text.
public struct TextLimits: Equatable, Sendable {
  /// How many tokens the model knows.
  public let vocabularySize: Int
  /// How many tokens of a text it reads.
  public let positionCount: Int
  /// Whether every text is filled up to this length, and the filling counts as text; otherwise padding is hidden.
  public let isFilledUp: Bool
}

/// How the logits of an image and several texts become probabilities.
public enum TextComparison: Equatable, Sendable {
  /// The texts are the only ones there are: the softmax of each row, which sums to one (Radford et al. 2021, section 3.1).
  case amongEachOther
  /// Each text is asked about by itself: the sigmoid of each logit. A row may sum to anything (Zhai et al. 2023).
  case eachByItself

  /// Probabilities `[I, T]` of logits `[I, T]`.
  func probabilities(_ logits: Tensor) -> Tensor {
    switch self {
    case .amongEachOther: logits.softmax(dim: 1)
    case .eachByItself: logits.sigmoid()
    }
  }
}
