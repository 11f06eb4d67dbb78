import Checkpoints
import Layers
import Tensors

/// GPT-2's causal attention with several heads (Radford et al. 2019, section 2.3; Vaswani et al. 2017, section 3.2.2).
///
/// B, T, D, H stand for rows, tokens, the width of a token and the number of heads.
final class GPT2SelfAttention: Module {
  /// Queries, keys and values side by side.
  private let cAttn: Conv1D
  private let cProj: Conv1D
  private let headCount: Int
  private let scale: Float

  init(_ configuration: GPT2Configuration, layer: Int) {
    let width = configuration.hiddenSize
    cAttn = Conv1D(width, 3 * width, std: configuration.initializerRange)
    cProj = Conv1D(width, width, std: configuration.residualRange)
    headCount = configuration.headCount
    scale = configuration.attentionScale(layer: layer)
  }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor, _ cached: CachedLayer) -> Tensor {
    cProj(cached.selfAttention(cAttn(x), headCount: headCount, scale: scale))
  }
}

/// Attention of a text to what an encoder made of an image (Vaswani et al. 2017, section 3.2.3).
///
/// Texts about the same image stand side by side, as the beams of a search do. They share the image's keys and values
/// and ask as one long row of queries, so nothing is repeated for them.
///
/// I, B, T, S, D, H stand for images, rows, tokens, the encoder's tokens, width and heads.
final class GPT2CrossAttention: Module {
  private let qAttn: Conv1D
  /// Keys and values side by side.
  private let cAttn: Conv1D
  private let cProj: Conv1D
  private let headCount: Int
  private let scale: Float

  init(_ configuration: GPT2Configuration, layer: Int) {
    let width = configuration.hiddenSize
    qAttn = Conv1D(width, width, std: configuration.initializerRange)
    cAttn = Conv1D(width, 2 * width, std: configuration.initializerRange)
    cProj = Conv1D(width, width, std: configuration.residualRange)
    headCount = configuration.headCount
    scale = configuration.attentionScale(layer: layer)
  }

  /// What the queries will look at: computed once for each image.
  ///
  /// - Parameter states: what the encoder made of the images, `[I, S, D]`.
  /// - Returns: `[I, H, S, D/H]` each.
  func memory(_ states: Tensor) -> CrossAttentionMemory {
    let parts = cAttn(states).chunk(2, dim: -1).map { $0.splitHeads(headCount) }
    return CrossAttentionMemory(key: parts[0], value: parts[1])
  }

  /// `[B, T, D]` to `[B, T, D]`, where B is a multiple of I.
  func callAsFunction(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor {
    let mixed = Tensor.scaledDotProductAttention(
      query: query(x, memory), key: memory.key, value: memory.value, scale: scale)
    return cProj(mixed.joinHeads()).reshape(x.shape)  // [B, T, D]
  }

  /// How much each token of one text an image looks at each of the encoder's tokens: `[I, T, D]` to `[I, H, T, S]`.
  func weights(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor {
    (query(x, memory).matmul(memory.key.transpose(2, 3)) * scale).softmax(dim: -1)
  }

  /// `[B, T, D]` to `[I, H, B/I·T, D/H]`.
  private func query(_ x: Tensor, _ memory: CrossAttentionMemory) -> Tensor {
    qAttn(x).reshape(memory.key.shape[0], -1, x.shape[2]).splitHeads(headCount)
  }
}

/// The keys and values that one layer's cross-attention looks at, `[images, heads, tokens, width of a head]`.
struct CrossAttentionMemory {
  let key: Tensor
  let value: Tensor
}

extension GPT2Configuration {
  /// What attention scores are multiplied by.
  fileprivate func attentionScale(layer: Int) -> Float {
    let root = scalesAttention ? 1 / Float(hiddenSize / headCount).squareRoot() : 1
    return scalesAttentionByLayer ? root / Float(layer + 1) : root
  }

  /// The width of initial weights that end in the residual stream, which gathers 2 for each layer (section 2.3).
  var residualRange: Double { initializerRange / Double(2 * layerCount).squareRoot() }
}

extension Tensor {
  /// `[B, T, D]` as `[B, H, T, D/H]`.
  func splitHeads(_ count: Int) -> Tensor { reshape(shape[0], shape[1], count, -1).transpose(1, 2) }

  /// `[B, H, T, D/H]` as `[B, T, D]`.
  func joinHeads() -> Tensor { transpose(1, 2).flatten(from: 2) }
}
