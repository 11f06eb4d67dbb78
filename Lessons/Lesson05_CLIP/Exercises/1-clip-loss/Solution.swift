import Tensors

/// CLIP's loss of scaled cosines, right pairs on the diagonal.
///
/// - Parameter scores: `[N, N]`, pictures × texts.
/// - Returns: a single number.
func contrastive(_ scores: Tensor) -> Tensor {
  let n = scores.shape[0]
  // logSoftmax subtracts the largest score of each row or column first, so that no exponential overflows.
  let byRow = scores.logSoftmax(dim: 1)
  let byColumn = scores.logSoftmax(dim: 0)
  return -(Tensor.eye(n) * (byRow + byColumn)).sum() / Float(2 * n)
}
