import Layers
import Tensors

/// A layer of OPT (Zhang et al. 2022, section 2.1): causal attention and a feed-forward part with ReLU, each with a
/// shortcut around it, behind a normalization (before it in the 350M model).
///
/// B, T, D stand for rows, tokens and the width of a token.
final class OPTBlock: Module {
  private let attention: Attention
  private let norm1: OptionalNorm
  private let feedForward: FeedForward
  private let norm2: OptionalNorm
  private let normalizesBefore: Bool

  override var keyNames: [String: String] {
    ["attention": "self_attn", "norm1": "self_attn_layer_norm", "feedForward": "", "norm2": "final_layer_norm"]
  }

  init(_ configuration: OPTConfiguration) {
    let (std, hasBias) = (configuration.initializerRange, configuration.hasBias)
    attention = Attention(
      configuration, hasOutputBias: hasBias, std: (std, std), names: EncoderNames.clip.attention)
    norm1 = OptionalNorm(configuration)
    feedForward = FeedForward(configuration, std: (std, std), hasBias: hasBias)
    norm2 = OptionalNorm(configuration)
    normalizesBefore = configuration.normalizesBefore
  }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer) -> Tensor {
    if normalizesBefore {
      let mixed = x + attention(norm1(x), cached)
      return mixed + feedForward(norm2(mixed))
    }
    let mixed = norm1(x + attention(x, cached))
    return norm2(mixed + feedForward(mixed))
  }
}

/// Layer normalization that may have neither scale nor shift (`layer_norm_elementwise_affine` of OPT).
final class OptionalNorm: Module {
  private let weight: Tensor?
  private let bias: Tensor?

  init(_ configuration: OPTConfiguration) {
    let width = configuration.hiddenSize
    weight = configuration.hasNormParameters ? Initialization.constant([width], 1) : nil
    bias = configuration.hasNormParameters ? Initialization.constant([width], 0) : nil
  }

  /// `[…, width]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.layerNorm(weight: weight, bias: bias, epsilon: 1e-5) }
}
