import Tensors

/// A matrix that counts how many tokens it was given.
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

  /// Keys and values of all tokens so far, `[t, d]` each. Later tokens need nothing else of the earlier ones.
  private var cache: (keys: Tensor, values: Tensor)?

  /// Reads one more token.
  ///
  /// - Parameter token: `[1, D]`.
  /// - Returns: the row of causal attention for it, `[1, d]`.
  mutating func step(_ token: Tensor) -> Tensor {
    let (newKey, newValue) = (key(token), value(token))  // [1, d] each
    let keys = cache.map { Tensor.cat([$0.keys, newKey], dim: 0) } ?? newKey  // [t, d]
    let values = cache.map { Tensor.cat([$0.values, newValue], dim: 0) } ?? newValue  // [t, d]
    cache = (keys, values)
    let scores = query(token).matmul(keys.T) / Float(keys.shape[1]).squareRoot()  // [1, t]
    return scores.softmax(dim: 1).matmul(values)  // no mask: later tokens are not there
  }
}
