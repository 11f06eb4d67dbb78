import Checkpoints
import Layers
import Tensors

/// BLIP-2's frozen image encoder, EVA-CLIP's Vision Transformer without its last layer (Li et al. 2023, section 3.3).
///
/// B, C, H, W stand for batch, channels, height and width of the image; T for a class token and the patches; D for the
/// width of a token.
public final class BLIP2VisionEncoder: Module {
  /// What the encoder was made from.
  public let configuration: BLIP2VisionConfiguration
  private let classToken: Tensor  // [1, 1, D]
  private let positions: Tensor  // [1, T, D]
  private let patches: PatchProjection
  private let layers: [BLIP2VisionBlock]
  private let norm: LayerNorm

  private static let channels = 3

  public override var keyNames: [String: String] {
    [
      "classToken": "embeddings.class_embedding", "positions": "embeddings.position_embedding",
      "patches": "embeddings.patch_embedding", "layers": "encoder.layers", "norm": "post_layernorm",
    ]
  }

  /// An encoder with initial values.
  public init(_ configuration: BLIP2VisionConfiguration) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let tokens = configuration.imageSize.patchCount(configuration.patchSize) + 1
    classToken = Initialization.normal([1, 1, width], std: configuration.initializerRange)
    positions = Initialization.normal([1, tokens, width], std: configuration.initializerRange)
    patches = PatchProjection(
      channels: Self.channels, patchSize: configuration.patchSize, width: width,
      std: configuration.initializerRange)
    layers = (0..<configuration.layerCount).map { _ in BLIP2VisionBlock(configuration) }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
  }

  /// - Parameter pixelValues: `[B, C, H, W]`.
  /// - Returns: the class token and the patches behind the last normalization, `[B, T, D]`.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor {
    requireImages(pixelValues, channels: Self.channels, size: configuration.imageSize, "BLIP2VisionEncoder")
    let tokens = Tensor.cat(
      [classToken.expand(pixelValues.shape[0], -1, -1), patches(pixelValues)], dim: 1)  // [B, T, D]
    return norm(layers.reduce(tokens + positions) { $1($0) })  // [B, T, D]
  }

  /// The image as one vector: the class token, normalized once more. BLIP-2 itself has no use for it.
  ///
  /// - Parameter states: what the encoder returned, `[B, T, D]`.
  /// - Returns: `[B, D]`.
  public func pooled(_ states: Tensor) -> Tensor { norm(states.select(0, dim: 1)) }
}

/// A layer of the image encoder: as in ViT, with the projections of queries, keys and values in one.
///
/// B, T, D, H stand for batch, tokens, the width of a token and the number of heads.
final class BLIP2VisionBlock: Module {
  private let norm1: LayerNorm
  private let qkv: Linear
  private let projection: Linear
  private let norm2: LayerNorm
  private let expand: Linear
  private let contract: Linear
  private let headCount: Int
  private let activation: Activation

  override var keyNames: [String: String] {
    [
      "norm1": "layer_norm1", "qkv": "self_attn.qkv", "projection": "self_attn.projection", "norm2": "layer_norm2",
      "expand": "mlp.fc1", "contract": "mlp.fc2",
    ]
  }

  init(_ configuration: BLIP2VisionConfiguration) {
    let width = configuration.hiddenSize
    let epsilon = Float(configuration.layerNormEpsilon)
    norm1 = LayerNorm(width, epsilon: epsilon)
    qkv = Linear(
      width, 3 * width, bias: configuration.hasAttentionBias, std: configuration.initializerRange)
    projection = Linear(width, width, std: configuration.initializerRange)
    norm2 = LayerNorm(width, epsilon: epsilon)
    expand = Linear(width, configuration.intermediateSize, std: configuration.initializerRange)
    contract = Linear(configuration.intermediateSize, width, std: configuration.initializerRange)
    headCount = configuration.headCount
    activation = configuration.activation
  }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let mixed = Tensor.selfAttention(qkv(norm1(x)), headCount: headCount)  // [B, T, D]
    let attended = x + projection(mixed)
    return attended + contract(activation(expand(norm2(attended))))
  }
}
