import Tensors

/// What is added to the scores of attention so that nobody attends to padding and to forbidden tokens.
///
/// - Parameters:
///   - real: for each question 1 for tokens and 0 for padding, `[B][T]`.
///   - forbidden: for each question the numbers of the tokens that nobody may attend to.
/// - Returns: `[B, 1, 1, T]`: 0 for allowed tokens, -1e9 for the others.
func knockOutMask(_ real: [[Int]], forbidden: [[Int]]) -> Tensor {
  // Padding is masked; the forbidden tokens are not yet.
  Tensor(real.flatMap { $0.map { $0 == 1 ? 0 : -1e9 } }, shape: [real.count, 1, 1, real[0].count])
}

/// The states behind the last block if some tokens are forbidden in some layers.
///
/// - Parameters:
///   - input: the joint sequences, `[B, T, D]`.
///   - real: for each question 1 for tokens and 0 for padding.
///   - forbidden: for each question the numbers of the tokens that nobody may attend to.
///   - layers: the blocks in which they are forbidden, counted from 0.
///   - blocks: each makes new states of states and a mask.
/// - Returns: `[B, T, D]`.
func states(
  _ input: Tensor, real: [[Int]], forbidden: [[Int]], in layers: Range<Int>, blocks: [(Tensor, Tensor) -> Tensor]
) -> Tensor {
  // Wrong: the tokens are forbidden in all layers.
  let mask = knockOutMask(real, forbidden: forbidden)
  return blocks.reduce(input) { x, block in block(x, mask) }
}
