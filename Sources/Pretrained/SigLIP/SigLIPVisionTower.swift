import Layers
import Tensors

/// SigLIP's image tower: a ViT without a class token, whose patches are pooled by attention (Zhai et al. 2022, "Scaling
/// Vision Transformers", section 3.2: "multihead attention pooling").
///
/// B, C, H, W stand for batch, channels, height and width of the image; N for the number of patches; D for the width of
/// a token.
public final class SigLIPVisionTower: Module {
  private let imageSize: Extent
  private let patches: PatchProjection
  /// A learned vector for each position, `[N, D]`.
  private let positions: Embedding
  private let layers: [EncoderBlock]
  private let norm: LayerNorm
  private let head: AttentionPooling

  public override var keyNames: [String: String] {
    [
      "patches": "embeddings.patch_embedding", "positions": "embeddings.position_embedding",
      "layers": "encoder.layers", "norm": "post_layernorm",
    ]
  }

  /// A tower with initial values.
  public init(_ configuration: SigLIPVisionConfiguration) {
    imageSize = configuration.imageSize
    let (width, patch) = (configuration.hiddenSize, configuration.patchSize)
    let patchStd = 1 / (Double(configuration.channelCount) * Double(patch.height) * Double(patch.width)).squareRoot()
    patches = PatchProjection(channels: configuration.channelCount, patchSize: patch, width: width, std: patchStd)
    positions = Embedding(imageSize.patchCount(patch), width, std: 1 / Double(width).squareRoot())
    layers = (0..<configuration.layerCount).map { _ in
      EncoderBlock(configuration, std: .glorot(configuration), names: .clip)
    }
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    head = AttentionPooling(configuration)
  }

  /// The input of the first block: the patches with their positions, `[B, N, D]`.
  ///
  /// - Parameter pixelValues: images as the processor prepares them, `[B, C, H, W]`, of the configured size.
  public func tokens(_ pixelValues: Tensor) -> Tensor {
    patches.requireFit(pixelValues, size: imageSize, "SigLIPModel")
    return patches(pixelValues) + positions.weight  // [B, N, D]
  }

  /// The normalized state at each patch, `[B, N, D]`, for images `[B, C, H, W]`.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor {
    norm(layers.reduce(tokens(pixelValues)) { $1($0) })
  }

  /// An image as one vector: `[B, D]` for states `[B, N, D]`.
  public func pooled(_ states: Tensor) -> Tensor { head(states) }
}

/// Pooling by attention: one learned query, the probe, attends to all patches of an image.
///
/// B, N, D stand for batch, patches and the width of a token.
final class AttentionPooling: Module {
  /// The query, `[1, 1, D]`.
  private let probe: Tensor
  private let attention: MultiheadAttention
  private let norm: LayerNorm
  private let feedForward: FeedForward

  override var keyNames: [String: String] { ["norm": "layernorm", "feedForward": "mlp"] }

  init(_ settings: SigLIPVisionConfiguration) {
    let std = BlockStd.glorot(settings)
    probe = Initialization.normal([1, 1, settings.hiddenSize])
    attention = MultiheadAttention(embedDim: settings.hiddenSize, headCount: settings.headCount)
    norm = LayerNorm(settings.hiddenSize, epsilon: Float(settings.layerNormEpsilon))
    feedForward = FeedForward(settings, std: (std.fc1, std.fc2))
  }

  /// `[B, N, D]` to `[B, D]`.
  func callAsFunction(_ patches: Tensor) -> Tensor {
    let query = probe.expand(patches.shape[0], 1, -1)  // [B, 1, D]
    let seen = attention(query, memory: patches)  // [B, 1, D]
    return (seen + feedForward(norm(seen))).squeeze(1)  // [B, D]
  }
}
