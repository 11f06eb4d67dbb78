import Layers
import Tensors

/// CLIP (Radford et al. 2021, figure 3): an image tower and a text tower into one space, in which a picture lies near
/// the words that describe it.
///
/// I and T stand for the number of images and of texts; E for the width of the common space.
public final class CLIPModel: Module, PretrainedModel, TwoTowers {
  /// What the model was made from.
  public let configuration: CLIPConfiguration
  /// The logarithm of what cosines are multiplied by, one number (section 2.5: "log-parameterized").
  public let logitScale: Tensor
  /// The text tower.
  public let textModel: CLIPTextTower
  /// The image tower.
  public let visionModel: CLIPVisionTower
  private let textProjection: Linear
  private let visualProjection: Linear

  public static let architecture = "CLIPModel"
  public static let requirement = "zero-shot classification needs both towers, for pictures and for texts"

  /// A model with initial values.
  public init(_ configuration: CLIPConfiguration) {
    self.configuration = configuration
    logitScale = Initialization.constant([], Float(configuration.initialLogitScale))
    let factor = configuration.initializerFactor
    textModel = CLIPTextTower(configuration.text, factor: factor)
    visionModel = CLIPVisionTower(configuration.vision, factor: factor)
    func projection(_ width: Int) -> Linear {
      Linear(width, configuration.projectionSize, bias: false, std: factor / Double(width).squareRoot())
    }
    textProjection = projection(configuration.text.hiddenSize)
    visualProjection = projection(configuration.vision.hiddenSize)
  }

  /// Images in the common space, before they are brought to length 1.
  ///
  /// - Parameter pixelValues: images as the processor prepares them, `[I, C, H, W]`.
  /// - Returns: `[I, E]`.
  public func imageFeatures(_ pixelValues: Tensor) -> Tensor {
    visualProjection(visionModel.summary(pixelValues))
  }

  /// Texts in the common space, before they are brought to length 1.
  ///
  /// - Parameters:
  ///   - ids: tokens, `[T, L]`, with the end-of-text token behind each text.
  ///   - attentionMask: 1 for tokens, 0 for padding, `[T, L]`; all are tokens by default.
  /// - Returns: `[T, E]`.
  public func textFeatures(_ ids: IntTensor, attentionMask: IntTensor? = nil) -> Tensor {
    textProjection(textModel.summary(ids, attentionMask: attentionMask))
  }

  /// The similarities of images and texts that were encoded before: scaled cosines.
  ///
  /// - Parameters:
  ///   - images: unit vectors `[I, E]`.
  ///   - texts: unit vectors `[T, E]`.
  /// - Returns: `[I, T]`; their softmax over a row is the zero-shot classifier of section 3.1.2.
  public func logits(images: Tensor, texts: Tensor) -> Tensor {
    images.matmul(texts.T) * logitScale.exp()
  }

  // MARK: Two towers

  public var imageSize: Extent { configuration.vision.imageSize }
  public var embeddingWidth: Int { configuration.projectionSize }
  public var textLimits: TextLimits {
    TextLimits(
      vocabularySize: configuration.text.vocabularySize, positionCount: configuration.text.positionCount,
      isFilledUp: false)
  }
  /// The texts are compared among each other: the softmax of each row.
  public var comparison: TextComparison { .amongEachOther }
}
