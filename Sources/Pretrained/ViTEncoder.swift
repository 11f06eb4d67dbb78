import Checkpoints
import Layers
import Tensors

/// The Vision Transformer without its head (Dosovitskiy et al. 2021, figure 1), under the names of Hugging Face's `vit`:
/// what a captioning model's decoder looks at.
///
/// B, C, H, W stand for batch, channels, height and width of the image; N for the number of patches; D for the width of
/// a token.
public final class ViTEncoder: Module {
  /// What the model was made from.
  public let configuration: ViTConfiguration
  /// The extra token in front, `[1, 1, D]`.
  private let clsToken: Tensor
  /// A learned vector for each place, `[1, N + 1, D]`.
  private let positions: Tensor
  private let patches: PatchProjection
  private let layers: [EncoderBlock]
  private let norm: LayerNorm

  public override var keyNames: [String: String] {
    [
      "clsToken": "embeddings.cls_token", "positions": "embeddings.position_embeddings",
      "patches": "embeddings.patch_embeddings.projection", "layers": "encoder.layer", "norm": "layernorm",
    ]
  }

  /// An encoder with initial values.
  public init(_ configuration: ViTConfiguration) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let shape = EncoderShape(
      width: width, headCount: configuration.headCount, feedForwardWidth: configuration.intermediateSize,
      activation: configuration.activation, epsilon: Float(configuration.layerNormEpsilon),
      hasAttentionBias: configuration.hasAttentionBias, spread: InitialSpread(configuration.initializerRange))
    clsToken = Initialization.normal([1, 1, width], std: configuration.initializerRange)
    let patchCount = configuration.imageSize.patchCount(configuration.patchSize)
    positions = Initialization.normal([1, patchCount + 1, width], std: configuration.initializerRange)
    patches = PatchProjection(
      channels: configuration.channelCount, patchSize: configuration.patchSize, width: width,
      std: configuration.initializerRange)
    layers = (0..<configuration.layerCount).map { _ in EncoderBlock(shape, names: .vit) }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
  }

  /// - Parameter pixelValues: images as the processor prepares them, `[B, C, H, W]`, of the configured size.
  /// - Returns: the class token and the patches behind the last normalization, `[B, N + 1, D]`.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor {
    requireImages(pixelValues, channels: configuration.channelCount, size: configuration.imageSize, "ViTEncoder")
    let tokens = Tensor.cat([clsToken.expand(pixelValues.shape[0], -1, -1), patches(pixelValues)], dim: 1)
    let encoded = layers.reduce(tokens + positions) { $1($0) }  // [B, N + 1, D]
    return norm(encoded)  // [B, N + 1, D]
  }
}

extension Extent {
  /// How many whole patches of a size an image of this size has.
  func patchCount(_ patch: Extent) -> Int { (height / patch.height) * (width / patch.width) }
}

/// Ends the program if images have not the shape that a model is made for.
func requireImages(_ images: Tensor, channels: Int, size: Extent, _ model: String) {
  if images.rank != 4 || Array(images.shape.dropFirst()) != [channels, size.height, size.width] {
    reportMisuse(model, "images of shape \(images.shape), not [batch, \(channels), \(size.height), \(size.width)]")
  }
}
