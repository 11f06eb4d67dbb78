import Tensors

/// How `new` places of a line are mixed from `old` ones: `[new, old]`.
func bilinearWeights(from old: Int, to new: Int) -> Tensor {
  var weights = [Float](repeating: 0, count: new * old)
  for place in 0..<new {
    // Centers of equal parts, hence the halves.
    let x = max((Float(place) + 0.5) * Float(old) / Float(new) - 0.5, 0)
    let left = min(Int(x), old - 1)
    let right = min(left + 1, old - 1)
    let share = x - Float(left)
    // Added, since beyond the last place both are the same one.
    weights[place * old + left] += 1 - share
    weights[place * old + right] += share
  }
  return Tensor(weights, shape: [new, old])
}

/// Learned positions for another number of patches.
///
/// - Parameters:
///   - positions: `[1, 1 + old · old, D]`, [CLS] first.
///   - new: the patches in a row from now on.
/// - Returns: `[1, 1 + new · new, D]`.
func resizedPositions(_ positions: Tensor, to new: Int) -> Tensor {
  let (count, width) = (positions.shape[1] - 1, positions.shape[2])
  let old = Int(Double(count).squareRoot().rounded())
  let weights = bilinearWeights(from: old, to: new)
  let grid = positions[0].slice(1..<count + 1, dim: 0)  // [old · old, D]
  let taller = weights.matmul(grid.reshape(old, old * width)).reshape(new, old, width)
  let wider = weights.matmul(taller.transpose(0, 1).reshape(old, new * width)).reshape(new, new, width)
  let rows = wider.transpose(0, 1).reshape(new * new, width)
  return Tensor.cat([positions[0].slice(0..<1, dim: 0), rows], dim: 0).unsqueeze(0)
}
