import Tensors

/// What is added to the scores of n tokens, `[n, n]`: row t belongs to the token that attends.
func causalMask(_ count: Int) -> Tensor {
  // Nothing is forbidden.
  Tensor.zeros([count, count])
}

/// What a decoder reads, and what it is asked for at each place, both `[B, T]`.
///
/// - Parameters:
///   - rows: B texts of T tokens.
///   - start: the token that begins each text.
func shifted(_ rows: [[Int]], start: Int) -> (read: IntTensor, asked: IntTensor) {
  // It reads what it is asked for.
  (IntTensor(rows), IntTensor(rows))
}
