import Layers
import Tensors

/// A layer of GPT-2 (Radford et al. 2019, section 2.3): attention, attention to an encoder if there is one, and a
/// feed-forward part, each behind a normalization and with a shortcut around it.
///
/// B, T, D stand for rows, tokens and the width of a token.
final class GPT2Block: Module, DecoderBlock {
  private let norm1: LayerNorm
  private let attention: GPT2SelfAttention
  private let crossNorm: LayerNorm?
  private let crossAttention: GPT2CrossAttention?
  private let norm2: LayerNorm
  private let feedForward: FeedForward

  override var keyNames: [String: String] {
    [
      "norm1": "ln_1", "attention": "attn", "crossNorm": "ln_cross_attn", "crossAttention": "crossattention",
      "norm2": "ln_2", "feedForward": "mlp",
    ]
  }

  init(_ configuration: GPT2Configuration, layer: Int) {
    let width = configuration.hiddenSize
    let epsilon = Float(configuration.layerNormEpsilon)
    norm1 = LayerNorm(width, epsilon: epsilon)
    attention = GPT2SelfAttention(configuration, layer: layer)
    crossNorm = configuration.hasCrossAttention ? LayerNorm(width, epsilon: epsilon) : nil
    crossAttention = configuration.hasCrossAttention ? GPT2CrossAttention(configuration, layer: layer) : nil
    norm2 = LayerNorm(width, epsilon: epsilon)
    feedForward = FeedForward(
      Conv1D(width, configuration.intermediateSize, std: configuration.initializerRange), configuration.activation,
      Conv1D(configuration.intermediateSize, width, std: configuration.residualStd),
      names: ["fc1": "c_fc", "fc2": "c_proj"])
  }

  /// The keys and values of this layer's cross-attention; `nil` without one.
  func memory(_ states: Tensor) -> CrossAttentionMemory? { crossAttention?.memory(states) }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer, _ memory: CrossAttentionMemory?) -> Tensor {
    var x = x + attention(norm1(x), cached)
    if let crossNorm, let crossAttention, let memory { x += crossAttention(crossNorm(x), memory) }
    return x + feedForward(norm2(x))
  }

  /// The same with the scores of the first head of the cross-attention, `[B, T, S]`, for a training that supervises
  /// them; `nil` without cross-attention.
  func scored(_ x: Tensor, _ memory: CrossAttentionMemory) -> (output: Tensor, scores: Tensor)? {
    guard let crossNorm, let crossAttention else { return nil }
    var x = x + attention(norm1(x), CachedLayer(cache: nil, index: 0))
    let normed = crossNorm(x)
    let scores = crossAttention.firstHeadScores(normed, memory)
    x += crossAttention(normed, memory)
    return (x + feedForward(norm2(x)), scores)
  }

  /// The weights of the cross-attention of whole texts, `[B, H, T, S]`; `nil` without one.
  func crossWeights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor? {
    guard let crossNorm, let crossAttention else { return nil }
    let mixed = x + attention(norm1(x), CachedLayer(cache: nil, index: 0))
    return crossAttention.weights(crossNorm(mixed), memory)
  }
}
