import Checkpoints
import Layers
import Tensors

/// A layer of GPT-2 (Radford et al. 2019, section 2.3): attention, attention to an encoder if there is one, and a
/// feed-forward part, each behind a normalization and with a shortcut around it.
///
/// B, T, D stand for rows, tokens and the width of a token.
final class GPT2Block: Module {
  private let norm1: LayerNorm
  private let attention: GPT2SelfAttention
  private let crossNorm: LayerNorm?
  private let crossAttention: GPT2CrossAttention?
  private let norm2: LayerNorm
  private let expand: Conv1D
  private let contract: Conv1D
  private let activation: Activation

  override var keyNames: [String: String] {
    [
      "norm1": "ln_1", "attention": "attn", "crossNorm": "ln_cross_attn", "crossAttention": "crossattention",
      "norm2": "ln_2", "expand": "mlp.c_fc", "contract": "mlp.c_proj",
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
    expand = Conv1D(width, configuration.intermediateSize, std: configuration.initializerRange)
    contract = Conv1D(configuration.intermediateSize, width, std: configuration.residualRange)
    activation = configuration.activation
  }

  /// What this layer's cross-attention looks at; `nil` without one.
  func memory(_ states: Tensor) -> CrossAttentionMemory? { crossAttention?.memory(states) }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer, _ memory: CrossAttentionMemory?) -> Tensor {
    var x = x + attention(norm1(x), cached)
    if let crossNorm, let crossAttention, let memory { x += crossAttention(crossNorm(x), memory) }
    return x + contract(activation(expand(norm2(x))))
  }

  /// How much each token of a whole text looks at each of the encoder's, `[B, H, T, S]`; `nil` without cross-attention.
  func crossWeights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor? {
    guard let crossNorm, let crossAttention else { return nil }
    let among = x + attention(norm1(x), CachedLayer(cache: nil, index: 0))
    return crossAttention.weights(crossNorm(among), memory)
  }
}
