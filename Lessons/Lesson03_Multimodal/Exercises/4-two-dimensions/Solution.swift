import Tensors

/// Angles `[N]` in radians as unit vectors `[N, 2]`.
func unitVectors(_ angles: Tensor) -> Tensor {
  Tensor.stack([angles.cos(), angles.sin()], dim: 1)
}

/// The cosines of pictures (rows) and texts (columns), from their angles.
func cosineTable(pictures: Tensor, texts: Tensor) -> Tensor {
  unitVectors(pictures).matmul(unitVectors(texts).T)
}

/// The angles of `count` pairs that have the least contrastive loss with s = 1, `[count]`.
func bestAngles(count: Int) -> Tensor {
  // No pair is special, so all neighbors are equally far apart.
  Tensor.arange(count) * (2 * Float.pi / Float(count))
}
