import Tensors

/// A network's output with guidance, `[B, D]`.
///
/// - Parameters:
///   - network: computes `[N, D]` from noisy pictures `[N, D]` and texts `[N, E]`.
///   - noisy: `[B, D]`.
///   - text: `[B, E]`.
///   - empty: the empty text, `[1, E]`.
///   - scale: 0 for no text, 1 for the text as in training, more to go further.
func guidedOutput(
  _ network: (Tensor, Tensor) -> Tensor, _ noisy: Tensor, text: Tensor, empty: Tensor, scale: Float
) -> Tensor {
  // As trained: the answer without the text would count 0 times.
  if scale == 1 { return network(noisy, text) }
  let free = empty.expand([noisy.shape[0], text.shape[1]])
  let both = network(.cat([noisy, noisy], dim: 0), .cat([text, free], dim: 0)).chunk(2, dim: 0)
  return both[1] + (both[0] - both[1]) * scale
}
