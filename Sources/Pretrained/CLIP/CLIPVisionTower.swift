import Layers
import Tensors

/// CLIP's image tower (Radford et al. 2021, section 2.4): a ViT with "an additional layer normalization to the combined
/// patch and position embeddings before the transformer".
///
/// B, C, H, W stand for batch, channels, height and width of the image; N for the number of patches; D for the width of
/// a token.
public final class CLIPVisionTower: Module {
  private let configuration: CLIPVisionConfiguration
  /// The extra token in front, `[D]`.
  private let classToken: Tensor
  private let patches: PatchProjection
  /// A learned vector for each position, `[N + 1, D]`.
  private let positions: Embedding
  private let normBefore: LayerNorm
  private let layers: [EncoderBlock]
  private let normAfter: LayerNorm

  public override var keyNames: [String: String] {
    [
      "classToken": "embeddings.class_embedding", "patches": "embeddings.patch_embedding",
      "positions": "embeddings.position_embedding", "layers": "encoder.layers",
      "normBefore": "pre_layrnorm",  // so spelled in every published checkpoint
      "normAfter": "post_layernorm",
    ]
  }

  /// A tower with initial values.
  ///
  /// - Parameter factor: what the standard deviations of all weights are multiplied by.
  public init(_ configuration: CLIPVisionConfiguration, factor: Double = 1) {
    self.configuration = configuration
    let width = configuration.hiddenSize
    let epsilon = Float(configuration.layerNormEpsilon)
    let std = BlockStd(width: width, layerCount: configuration.layerCount, factor: factor)
    let range = configuration.initializerRange * factor
    classToken = Initialization.normal([width], std: factor / Double(width).squareRoot())
    patches = PatchProjection(
      channels: configuration.channelCount, patchSize: configuration.patchSize, width: width, bias: false, std: range)
    positions = Embedding(configuration.imageSize.patchCount(configuration.patchSize) + 1, width, std: range)
    normBefore = LayerNorm(width, epsilon: epsilon)
    layers = (0..<configuration.layerCount).map { _ in EncoderBlock(configuration, std: std, names: .clip) }
    normAfter = LayerNorm(width, epsilon: epsilon)
  }

  /// The input of the first block.
  ///
  /// - Parameter pixelValues: images as the processor prepares them, `[B, C, H, W]`, of the configured size.
  /// - Returns: the class token and the patches with their positions, normalized, `[B, N + 1, D]`.
  public func tokens(_ pixelValues: Tensor) -> Tensor {
    patches.requireFit(pixelValues, size: configuration.imageSize, "CLIPModel")
    let batch = pixelValues.shape[0]
    let first = classToken.expand(batch, 1, configuration.hiddenSize)  // [B, 1, D]
    let all = Tensor.cat([first, patches(pixelValues)], dim: 1)  // [B, N + 1, D]
    return normBefore(all + positions.weight)  // [B, N + 1, D]
  }

  /// The output of the last block, `[B, N + 1, D]`, for images `[B, C, H, W]`.
  public func callAsFunction(_ pixelValues: Tensor) -> Tensor {
    layers.reduce(tokens(pixelValues)) { $1($0) }
  }

  /// The class token of the last block's output, normalized: `[B, D]` for `[B, N + 1, D]`.
  public func pooled(_ encoded: Tensor) -> Tensor {
    normAfter(encoded.select(0, dim: 1))
  }

  /// The same as ``pooled(_:)`` of the last block's output, which is computed for the class token alone: `[B, D]` for
  /// images `[B, C, H, W]`.
  func summary(_ pixelValues: Tensor) -> Tensor {
    let states = layers.dropLast().reduce(tokens(pixelValues)) { $1($0) }  // [B, N + 1, D]
    guard let last = layers.last else { return pooled(states) }
    return normAfter(last(states, at: Array(repeating: 0, count: states.shape[0])))
  }
}
