import Layers
import Tensors

/// Attention of a sequence to itself with several heads (Vaswani et al. 2017, section 3.2.2), its projections of
/// queries, keys and values apart, as published checkpoints keep them.
///
/// B, T, D, H stand for batch, tokens, the width of a token and the number of heads.
final class EncoderAttention: Module {
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let headCount: Int
  private let names: EncoderNames

  override var keyNames: [String: String] { names.attention }

  init(_ shape: EncoderShape, names: EncoderNames) {
    let (width, bias, spread) = (shape.width, shape.hasAttentionBias, shape.spread)
    query = Linear(width, width, bias: bias, std: spread.attentionInput)
    key = Linear(width, width, bias: bias, std: spread.attentionInput)
    value = Linear(width, width, bias: bias, std: spread.attentionInput)
    output = Linear(width, width, std: spread.attentionOutput)
    headCount = shape.headCount
    self.names = names
  }

  /// - Parameters:
  ///   - x: `[B, T, D]`.
  ///   - asking: the tokens that look, `[B, Q, D]`; by default all.
  ///   - mask: added to the scores; broadcasts to `[B, H, Q, T]`.
  ///   - isCausal: whether a token sees only itself and those before it.
  /// - Returns: `[B, Q, D]`.
  func callAsFunction(_ x: Tensor, asking: Tensor? = nil, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    // [B, H, Q, D/H]
    let mixed = Tensor.scaledDotProductAttention(
      query: heads(query(asking ?? x)), key: heads(key(x)), value: heads(value(x)), mask: mask, isCausal: isCausal)
    return output(mixed.transpose(1, 2).flatten(from: 2))  // [B, Q, D]
  }

  /// How much each token looks at each: `[B, T, D]` to `[B, H, T, T]`, where nothing is masked.
  func weights(_ x: Tensor) -> Tensor {
    let (asking, known) = (heads(query(x)), heads(key(x)))  // [B, H, T, D/H]
    return (asking.matmul(known.transpose(2, 3)) * (1 / Float(asking.shape[3]).squareRoot())).softmax(dim: -1)
  }

  /// `[B, T, D]` as `[B, H, T, D/H]`.
  private func heads(_ x: Tensor) -> Tensor {
    x.reshape(x.shape[0], x.shape[1], headCount, -1).transpose(1, 2)
  }
}

/// What to add to attention scores so that nobody looks at padding.
///
/// - Parameter attended: 1 for tokens, 0 for padding, `[B, T]`.
/// - Returns: `[B, 1, 1, T]`; the lowest number rather than -∞ for padding, so that a row in which nothing is left to
///   look at stays a number.
func paddingMask(_ attended: IntTensor) -> Tensor {
  Tensor(
    attended.scalars.map { $0 == 0 ? -.greatestFiniteMagnitude : 0 },
    shape: [attended.shape[0], 1, 1, attended.shape[1]])
}
