import Tensors

/// A matrix that counts how many tokens it was given. Leave it as it is.
final class Projection {
  let weight: Tensor  // [D, d]
  private(set) var tokenCount = 0

  init(_ weight: Tensor) { self.weight = weight }

  /// `[t, D]` to `[t, d]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    tokenCount += x.shape[0]
    return x.matmul(weight)
  }
}

/// Causal attention with one head that reads a text token by token.
struct CachedAttention {
  let query: Projection
  let key: Projection
  let value: Projection

  init(query: Projection, key: Projection, value: Projection) {
    self.query = query
    self.key = key
    self.value = value
  }

  /// All tokens so far, `[t, D]`. Do you need them?
  private var tokens: Tensor?

  /// Reads one more token.
  ///
  /// - Parameter token: `[1, D]`.
  /// - Returns: the row of causal attention for it, `[1, d]`.
  mutating func step(_ token: Tensor) -> Tensor {
    let all = tokens.map { Tensor.cat([$0, token], dim: 0) } ?? token
    tokens = all
    let (queries, keys, values) = (query(all), key(all), value(all))  // [t, d] each
    let count = all.shape[0]
    let scores = queries.matmul(keys.T) / Float(keys.shape[1]).squareRoot()  // [t, t]
    let mask = Tensor.attentionMask(visible: Tensor.ones([count, count]).tril())
    return (scores + mask).softmax(dim: 1).matmul(values).slice(count - 1..<count, dim: 0)
  }
}
