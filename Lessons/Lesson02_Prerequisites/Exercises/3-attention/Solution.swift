import Tensors

/// Attention of each query to all keys that its row of the mask allows.
///
/// - Parameters:
///   - queries: `[T, d]`.
///   - keys: `[S, d]`.
///   - values: `[S, e]`.
///   - mask: `[T, S]`, 1 where a query may attend to a key, 0 where it must not.
/// - Returns: `[T, e]`.
func attention(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor? = nil) -> Tensor {
  var scores = queries.matmul(keys.T) / Float(queries.shape[1]).squareRoot()  // [T, S]
  // Before the softmax, so that the weights of the others still sum to 1.
  if let mask { scores = scores.maskedFill(mask .== 0, -.infinity) }
  return scores.softmax(dim: 1).matmul(values)
}
