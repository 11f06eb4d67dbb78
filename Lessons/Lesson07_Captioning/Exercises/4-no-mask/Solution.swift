import Tensors

/// What is added to the scores of n tokens, `[n, n]`: row t belongs to the token that attends.
func causalMask(_ count: Int) -> Tensor {
  // 1 on and below the diagonal: token t may attend to the tokens up to t.
  Tensor.attentionMask(visible: Tensor.ones([count, count]).tril())
}

/// What a decoder reads, and what it is asked for at each place, both `[B, T]`.
///
/// - Parameters:
///   - rows: B texts of T tokens.
///   - start: the token that begins each text.
func shifted(_ rows: [[Int]], start: Int) -> (read: IntTensor, asked: IntTensor) {
  // At place t it has read the tokens before t, and is asked for token t.
  (IntTensor(rows.map { [start] + $0.dropLast() }), IntTensor(rows))
}
