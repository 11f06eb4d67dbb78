import Layers
import Tensors

/// SigLIP (Zhai et al. 2023): an image tower and a text tower into one space, as CLIP has them, trained to answer for each
/// pair of a picture and a text by itself whether they belong together.
///
/// I and T stand for the number of images and of texts; E for the width of the common space.
public final class SigLIPModel: Module, PretrainedModel, TwoTowers {
  /// What the model was made from.
  public let configuration: SigLIPConfiguration
  /// The logarithm of what cosines are multiplied by, `[1]`: t' of the paper's algorithm 1.
  public let logitScale: Tensor
  /// What is added to the scaled cosines, `[1]`: b of algorithm 1. It begins below zero, because nearly all pairs of a
  /// batch do not belong together (section 3.2).
  public let logitBias: Tensor
  /// The text tower.
  public let textModel: SigLIPTextTower
  /// The image tower.
  public let visionModel: SigLIPVisionTower

  public static let architecture = "SiglipModel"
  public static let requirement = "zero-shot classification needs both towers, for pictures and for texts"

  /// Texts and pictures of different widths have no common space.
  public static func problem(_ settings: SigLIPConfiguration) -> (key: String, reason: String)? {
    let (text, vision) = (settings.text.projectionSize, settings.vision.hiddenSize)
    if text == vision { return nil }
    return (
      "text_config.projection_size",
      "is \(text), but vision_config.hidden_size says \(vision): texts and pictures have no common space"
    )
  }

  /// A model with initial values; scale and bias are those that the paper's training starts from, 10 and -10.
  public init(_ configuration: SigLIPConfiguration) {
    self.configuration = configuration
    logitScale = Initialization.constant([1], 2.302_585_1)  // ln 10
    logitBias = Initialization.constant([1], -10)
    textModel = SigLIPTextTower(configuration.text)
    visionModel = SigLIPVisionTower(configuration.vision)
  }

  /// Images in the common space, before they are brought to length 1: `[I, E]` for images `[I, C, H, W]`.
  public func imageFeatures(_ pixelValues: Tensor) -> Tensor {
    visionModel.pooled(visionModel(pixelValues))
  }

  /// Texts in the common space, before they are brought to length 1.
  ///
  /// - Parameters:
  ///   - ids: tokens, `[T, L]`. The model was trained on texts filled up with padding to the longest length, and without a
  ///     mask, so that padding counts.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[T, L]`; all are tokens by default.
  /// - Returns: `[T, E]`.
  public func textFeatures(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    textModel.summary(ids, attentionMask: attentionMask)
  }

  /// The similarities of images and texts that were encoded before: scaled cosines and the bias.
  ///
  /// - Parameters:
  ///   - images: unit vectors `[I, E]`.
  ///   - texts: unit vectors `[T, E]`.
  /// - Returns: `[I, T]`.
  public func logits(images: Tensor, texts: Tensor) -> Tensor {
    images.matmul(texts.T) * logitScale.exp() + logitBias
  }

  // MARK: Two towers

  public var imageSize: Extent { configuration.vision.imageSize }
  public var embeddingWidth: Int { configuration.vision.hiddenSize }
  public var textLimits: TextLimits {
    TextLimits(
      vocabularySize: configuration.text.vocabularySize, positionCount: configuration.text.positionCount,
      isFilledUp: true)
  }
  /// Each text by itself: the sigmoid of each logit.
  public var comparison: TextComparison { .eachByItself }
}
