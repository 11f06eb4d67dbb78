import Tensors

/// CLIP's loss of scaled cosines, right pairs on the diagonal.
///
/// - Parameter scores: `[N, N]`, pictures × texts.
/// - Returns: a single number.
func contrastive(_ scores: Tensor) -> Tensor {
  // The notebook's formula: from images to texts.
  let shares = scores.exp() / scores.exp().sum(dim: 1, keepDims: true)
  return -(Tensor.eye(scores.shape[0]) * shares).sum(dim: 1).log().mean()
}
