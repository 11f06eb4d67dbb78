import Layers
import Tensors

/// A layer of TrOCR's decoder (Li et al. 2021, section 3.1; Vaswani et al. 2017, figure 1): attention, attention to the
/// image, and a feed-forward part, each with a shortcut around it and a normalization behind that.
///
/// B, T, D stand for rows, tokens and the width of a token.
final class TrOCRBlock: Module, DecoderBlock {
  private let attention: Attention
  private let norm1: LayerNorm
  private let crossAttention: Attention
  private let crossNorm: LayerNorm
  private let feedForward: FeedForward
  private let norm2: LayerNorm

  override var keyNames: [String: String] {
    [
      "attention": "self_attn", "norm1": "self_attn_layer_norm", "crossAttention": "encoder_attn",
      "crossNorm": "encoder_attn_layer_norm", "feedForward": "", "norm2": "final_layer_norm",
    ]
  }

  init(_ configuration: TrOCRConfiguration) {
    let (width, std) = (configuration.hiddenSize, configuration.initializerRange)
    attention = Attention(configuration, std: (std, std), names: EncoderNames.clip.attention)
    norm1 = LayerNorm(width)
    crossAttention = Attention(
      configuration, memoryWidth: configuration.crossAttentionSize, std: (std, std), names: EncoderNames.clip.attention)
    crossNorm = LayerNorm(width)
    feedForward = FeedForward(configuration, std: (std, std))
    norm2 = LayerNorm(width)
  }

  func memory(_ states: Tensor) -> CrossAttentionMemory? { crossAttention.memory(states) }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer, _ memory: CrossAttentionMemory?) -> Tensor {
    var x = norm1(x + attention(x, cached))
    if let memory { x = crossNorm(x + crossAttention(x, memory)) }
    return norm2(x + feedForward(x))
  }

  func crossWeights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor? {
    crossAttention.weights(norm1(x + attention(x, CachedLayer(cache: nil, index: 0))), memory)
  }
}
