import Tensors

/// What is added to the scores of attention so that nobody attends to padding and to forbidden tokens.
///
/// - Parameters:
///   - real: for each question 1 for tokens and 0 for padding, `[B][T]`.
///   - forbidden: for each question the numbers of the tokens that nobody may attend to.
/// - Returns: `[B, 1, 1, T]`: 0 for allowed tokens, -1e9 for the others.
func knockOutMask(_ real: [[Int]], forbidden: [[Int]]) -> Tensor {
  // Added before the softmax: e^(-1e9) is 0, and the other weights of the row still sum to 1.
  let rows = zip(real, forbidden).map { row, closed in
    row.indices.map { row[$0] == 1 && !closed.contains($0) ? Float(0) : -1e9 }
  }
  return Tensor(rows.flatMap { $0 }, shape: [real.count, 1, 1, real[0].count])
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
  let closed = knockOutMask(real, forbidden: forbidden)
  let open = knockOutMask(real, forbidden: real.map { _ in [] })
  return blocks.enumerated().reduce(input) { x, next in
    next.element(x, layers.contains(next.offset) ? closed : open)
  }
}
