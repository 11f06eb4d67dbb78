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
  // The text alone, without guidance.
  network(noisy, text)
}
