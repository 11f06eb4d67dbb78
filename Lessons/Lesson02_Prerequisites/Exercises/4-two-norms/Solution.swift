import Tensors

/// Mean 0 and variance 1 along one dimension.
private func normalized(_ x: Tensor, dim: Int) -> Tensor {
  let centered = x - x.mean(dim: dim, keepDims: true)
  let variance = (centered * centered).mean(dim: dim, keepDims: true)
  // What is added keeps a row of equal numbers from being divided by 0.
  return centered / (variance + 1e-5).sqrt()
}

/// Each row of `[examples, width]` with mean 0 and variance 1.
func layerNorm(_ x: Tensor) -> Tensor { normalized(x, dim: 1) }

/// Each column of `[examples, width]` with mean 0 and variance 1.
func batchNorm(_ x: Tensor) -> Tensor { normalized(x, dim: 0) }
