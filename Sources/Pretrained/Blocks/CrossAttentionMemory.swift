import Tensors

/// The keys and values of one layer's cross-attention to the output of an encoder (Vaswani et al. 2017, section 3.2.3),
/// computed once for each image.
///
/// Texts about the same image stand side by side, as the beams of a search do. They share the image's keys and values:
/// their queries are one long row, so nothing is repeated for them.
///
/// I, B, T, S, D, H stand for images, rows, tokens, the encoder's tokens, width and heads; B is a multiple of I.
public struct CrossAttentionMemory {
  /// `[I, H, S, D/H]`.
  let key: Tensor
  /// `[I, H, S, D/H]`.
  let value: Tensor
  /// Added to the scores, `[I, 1, 1, S]`; `nil` where all tokens count.
  var mask: Tensor?

  /// The joined results of all heads.
  ///
  /// - Parameters:
  ///   - queries: the projected tokens, `[B, T, D]`.
  ///   - scale: what scores are multiplied by, the inverse root of a head's width by default.
  /// - Returns: `[B, T, D]`.
  func attend(_ queries: Tensor, scale: Float? = nil) -> Tensor {
    let mixed = Tensor.scaledDotProductAttention(
      query: split(queries), key: key, value: value, mask: mask, scale: scale)
    return mixed.joinHeads().reshape(queries.shape)  // [B, T, D]
  }

  /// The attention weights of one text for each image: `[I, T, D]` to `[I, H, T, S]`.
  func weights(_ queries: Tensor, scale: Float? = nil) -> Tensor {
    Tensor.scaledDotProductAttentionWithWeights(
      query: split(queries), key: key, value: value, mask: mask, scale: scale
    ).weights
  }

  /// The scores of the first head before the softmax, through which gradients pass, unlike through
  /// ``weights(_:scale:)``.
  ///
  /// - Returns: `[B, T, S]`.
  func firstHeadScores(_ queries: Tensor, scale: Float) -> Tensor {
    let query = split(queries).select(0, dim: 1)  // [I, B/I·T, D/H]
    let scores = query.matmul(key.select(0, dim: 1).transpose(1, 2)) * scale  // [I, B/I·T, S]
    return scores.reshape(queries.shape[0], queries.shape[1], -1)
  }

  /// `[B, T, D]` to `[I, H, B/I·T, D/H]`.
  private func split(_ queries: Tensor) -> Tensor {
    queries.reshape(key.shape[0], -1, queries.shape[2]).splitHeads(key.shape[1])
  }
}
