import Pretrained
import Tensors

/// 1 where the token of the row may attend to the token of the column, else 0.
///
/// - Parameter real: how many of the words are no padding; they come first.
/// - Returns: `[Q + T, Q + T]`, the queries first.
func visible(_ mask: QFormerMask, queries: Int, words: Int, real: Int) -> Tensor {
  // All attend to all, even to padding.
  .ones([queries + words, queries + words])
}
