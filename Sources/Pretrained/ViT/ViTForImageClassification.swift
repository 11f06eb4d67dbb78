import Layers
import Tensors

/// The Vision Transformer with its head (Dosovitskiy et al. 2021, figure 1): which class does a picture belong to?
///
/// I, C, H, W stand for images, channels, height and width; D for the width of a token; K for the number of classes.
public final class ViTForImageClassification: Module, PretrainedModel {
  /// What the model was made from.
  public let configuration: ViTConfiguration
  /// The transformer without its head.
  public let vit: ViTEncoder
  private let classifier: Linear

  public static let architecture = "ViTForImageClassification"
  public static let requirement = "naming what a picture shows needs a classifier"

  /// A model with initial values.
  public init(_ configuration: ViTConfiguration) {
    self.configuration = configuration
    vit = ViTEncoder(configuration)
    classifier = Linear(configuration.hiddenSize, configuration.labels.count, std: configuration.initializerRange)
  }

  /// - Parameter pixelValues: images as the processor prepares them, `[I, C, H, W]`.
  /// - Returns: the scores of the classes, `[I, K]`.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor {
    classifier(vit.summary(pixelValues))  // [I, D] to [I, K]
  }
}

extension AttentionRecorder {
  /// The attention of every layer: of the class token and N patches to each other, `[I, H, N + 1, N + 1]`.
  ///
  /// - Parameter pixelValues: images as the processor prepares them, `[I, C, H, W]`.
  public init(_ encoder: ViTEncoder, _ pixelValues: Tensor) {
    self.init(encoder.layers, encoder.tokens(pixelValues)) { layer, x in (layer.attentionWeights(x), layer(x)) }
  }
}
