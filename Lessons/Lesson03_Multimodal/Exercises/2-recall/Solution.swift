import Tensors

/// The share of rows whose own column, the one on the diagonal, is among the `k` largest.
///
/// - Parameter similarities: `[N, N]`.
func recall(_ similarities: Tensor, k: Int) -> Double {
  let count = similarities.shape[0]
  let found = (0..<count).count { i in
    let row = similarities[i].scalars
    // The rank of the right one: how many come before it.
    return row.count { $0 > row[i] } < k
  }
  return Double(found) / Double(count)
}
