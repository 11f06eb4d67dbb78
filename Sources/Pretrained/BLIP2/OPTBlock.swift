import Checkpoints
import Layers
import Tensors

/// A layer of OPT (Zhang et al. 2022, section 2.1): causal attention and a feed-forward part with ReLU, each with a
/// shortcut around it, behind a normalization (before it in the 350M model).
///
/// B, T, D, H stand for rows, tokens, the width of a token and the number of heads.
final class OPTBlock: Module {
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let attentionNorm: OptionalNorm
  private let expand: Linear
  private let contract: Linear
  private let norm: OptionalNorm
  private let configuration: OPTConfiguration

  override var keyNames: [String: String] {
    [
      "query": "self_attn.q_proj", "key": "self_attn.k_proj", "value": "self_attn.v_proj",
      "output": "self_attn.out_proj", "attentionNorm": "self_attn_layer_norm", "expand": "fc1", "contract": "fc2",
      "norm": "final_layer_norm",
    ]
  }

  init(_ configuration: OPTConfiguration) {
    let (width, bias, range) = (configuration.hiddenSize, configuration.hasBias, configuration.initializerRange)
    query = Linear(width, width, bias: bias, std: range)
    key = Linear(width, width, bias: bias, std: range)
    value = Linear(width, width, bias: bias, std: range)
    output = Linear(width, width, bias: bias, std: range)
    attentionNorm = OptionalNorm(configuration)
    expand = Linear(width, configuration.intermediateSize, bias: bias, std: range)
    contract = Linear(configuration.intermediateSize, width, bias: bias, std: range)
    norm = OptionalNorm(configuration)
    self.configuration = configuration
  }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer) -> Tensor {
    if configuration.normalizesBefore {
      let mixed = x + attend(attentionNorm(x), cached)
      return mixed + feedForward(norm(mixed))
    }
    let mixed = attentionNorm(x + attend(x, cached))
    return norm(mixed + feedForward(mixed))
  }

  private func attend(_ x: Tensor, _ cached: CachedLayer) -> Tensor {
    let heads = configuration.headCount
    let scale = 1 / Float(configuration.hiddenSize / heads).squareRoot()
    let mixed = cached.attend(
      query: query(x).splitHeads(heads), key: key(x).splitHeads(heads), value: value(x).splitHeads(heads),
      scale: scale)  // [B, H, T, D/H]
    return output(mixed.joinHeads())
  }

  private func feedForward(_ x: Tensor) -> Tensor { contract(configuration.activation(expand(x))) }
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
