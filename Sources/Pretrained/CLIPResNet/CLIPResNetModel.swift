import Checkpoints
import Layers
import Support
import Tensors

/// CLIP with a ResNet for images (Radford et al. 2021): RN50 and its larger siblings, as open_clip publishes them.
///
/// I and T stand for the number of images and of texts; E for the width of the common space.
public final class CLIPResNetModel: Module, PretrainedModel, TwoTowers {
  /// What the model was made from.
  public let configuration: CLIPResNetConfiguration
  /// The logarithm of what cosines are multiplied by, one number.
  public let logitScale: Tensor
  /// The text tower.
  public let textModel: CLIPTextTower
  /// The image tower.
  public let visionModel: CLIPResNetTower
  private let textProjection: Linear

  public static let architecture = "CLIP"
  public static let requirement = "zero-shot classification needs both towers, for pictures and for texts"

  /// A model with initial values.
  public init(_ configuration: CLIPResNetConfiguration) {
    self.configuration = configuration
    logitScale = Initialization.constant([], 2.659_26)  // ln(1 / 0.07), section 2.5
    textModel = CLIPTextTower(configuration.text)
    visionModel = CLIPResNetTower(configuration.vision, outputWidth: configuration.projectionSize)
    let width = configuration.text.hiddenSize
    textProjection = Linear(width, configuration.projectionSize, bias: false, std: 1 / Double(width).squareRoot())
  }

  /// Images in the common space, before they are brought to length 1: `[I, E]` for images `[I, 3, H, W]`.
  public func imageFeatures(_ pixelValues: Tensor) -> Tensor { visionModel(pixelValues) }

  /// Texts in the common space, before they are brought to length 1.
  ///
  /// - Parameters:
  ///   - ids: tokens, `[T, L]`, with the end-of-text token behind each text.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[T, L]`; all are tokens by default.
  /// - Returns: `[T, E]`.
  public func textFeatures(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    textProjection(textModel.summary(ids, attentionMask: attentionMask))
  }

  /// The similarities of unit vectors `[I, E]` and `[T, E]`: scaled cosines, `[I, T]`.
  public func logits(images: Tensor, texts: Tensor) -> Tensor { images.matmul(texts.T) * logitScale.exp() }

  // MARK: Two towers

  public var imageSize: Extent { Extent(configuration.vision.imageSize) }
  public var embeddingWidth: Int { configuration.projectionSize }
  public var textLimits: TextLimits {
    TextLimits(
      vocabularySize: configuration.text.vocabularySize, positionCount: configuration.text.positionCount,
      isFilledUp: false)
  }
  /// The texts are compared among each other: the softmax of each row.
  public var comparison: TextComparison { .amongEachOther }

  /// Refuses: transformers has no form for this model, and open_clip's is only read.
  ///
  /// - Throws: `DataError`, always.
  public func save(to path: String) throws {
    throw DataError(
      .unsupported, file: path, reason: "a CLIP with a ResNet is not written: transformers has no form for it")
  }
}
