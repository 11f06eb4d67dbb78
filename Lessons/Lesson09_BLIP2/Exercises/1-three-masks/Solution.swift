import Pretrained
import Tensors

/// 1 where the token of the row may attend to the token of the column, else 0.
///
/// - Parameter real: how many of the words are no padding; they come first.
/// - Returns: `[Q + T, Q + T]`, the queries first.
func visible(_ mask: QFormerMask, queries: Int, words: Int, real: Int) -> Tensor {
  // Queries attend to queries in all three; only the other three parts of the square differ.
  let all = Tensor.ones([words, words])
  let (toWords, toQueries, amongWords): (Float, Float, Tensor) =
    switch mask {
    case .unimodal: (0, 0, all)
    case .multimodalCausal: (0, 1, all.tril())
    case .bidirectional: (1, 1, all)
    }
  let upper = Tensor.cat([.ones([queries, queries]), .full([queries, words], toWords)], dim: 1)
  let lower = Tensor.cat([.full([words, queries], toQueries), amongWords], dim: 1)
  // Padding is hidden by its columns, so that it is hidden from every row.
  let isReal = Tensor.cat([.ones([1, queries + real]), .zeros([1, words - real])], dim: 1)
  return Tensor.cat([upper, lower], dim: 0) * isReal
}
