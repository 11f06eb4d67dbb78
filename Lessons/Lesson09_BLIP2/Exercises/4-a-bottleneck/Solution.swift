import Tensors

/// What queries gather from tokens.
///
/// - Parameters:
///   - queries: `[Q, D]`.
///   - tokens: `[S, D]`.
/// - Returns: `[Q, D]`.
func gather(_ queries: Tensor, from tokens: Tensor) -> Tensor {
  let scores = queries.matmul(tokens.T) / Float(queries.shape[1]).squareRoot()  // [Q, S]
  // Along the tokens: each query shares out a weight of 1 among them.
  return scores.softmax(dim: 1).matmul(tokens)
}
