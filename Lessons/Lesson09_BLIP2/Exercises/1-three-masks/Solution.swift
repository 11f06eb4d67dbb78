import Pretrained
import Tensors

/// 1 where the token of the row may attend to the token of the column, else 0.
///
/// - Returns: `[Q + T, Q + T]`, the queries first.
func visible(_ mask: QFormerMask, queries: Int, words: Int) -> Tensor {
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
  return Tensor.cat([upper, lower], dim: 0)
}
