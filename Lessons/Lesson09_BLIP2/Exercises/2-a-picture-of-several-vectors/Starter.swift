import Tensors

/// How similar pictures of several vectors are to texts.
///
/// - Parameters:
///   - queries: `[N, Q, E]`.
///   - texts: `[M, E]`.
///   - scale: the inverse temperature.
/// - Returns: `[N, M]`.
func similarities(queries: Tensor, texts: Tensor, scale: Float) -> Tensor {
  // The mean of the queries as the picture's vector. But who speaks for the picture?
  queries.mean(dim: 1).l2Normalized().matmul(texts.l2Normalized().T) * scale
}
