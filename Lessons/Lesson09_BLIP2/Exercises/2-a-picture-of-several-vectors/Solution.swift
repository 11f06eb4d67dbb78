import Tensors

/// How similar pictures of several vectors are to texts.
///
/// - Parameters:
///   - queries: `[N, Q, E]`.
///   - texts: `[M, E]`.
///   - scale: the inverse temperature.
/// - Returns: `[N, M]`.
func similarities(queries: Tensor, texts: Tensor, scale: Float) -> Tensor {
  // First all cosines, then the maximum: the best query may be another one for each text.
  let cosines = queries.l2Normalized().matmul(texts.l2Normalized().T)  // [N, Q, M]
  return cosines.max(dim: 1).values * scale
}
