import Tensors

/// How `new` places of a line are mixed from `old` ones: `[new, old]`.
func bilinearWeights(from old: Int, to new: Int) -> Tensor {
  // Each new place takes one old place alone: blocks, no mixture.
  Tensor.oneHot((0..<new).map { $0 * old / new }, classes: old)
}

/// Learned positions for another number of patches.
///
/// - Parameters:
///   - positions: `[1, 1 + old · old, D]`, [CLS] first.
///   - new: the patches in a row from now on.
/// - Returns: `[1, 1 + new · new, D]`.
func resizedPositions(_ positions: Tensor, to new: Int) -> Tensor {
  let rows = bilinearWeights(from: positions.shape[1], to: 1 + new * new)
  return rows.matmul(positions[0]).unsqueeze(0)
}
