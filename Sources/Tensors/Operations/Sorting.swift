// Elements in order along a dimension.

import Support

extension Tensor {
  /// The elements along a dimension in order, and where each was. Equal elements keep their order; NaN counts as
  /// largest, as in PyTorch.
  public func sort(dim: Int = -1, descending: Bool = false) -> (values: Tensor, indices: IntTensor) {
    let dimension = Shape.dimension(dim, of: shape, "sort")
    return calling("sort", ("tensor", shape)) {
      ordered(dimension, count: shape[dimension], descending: descending)
    }
  }

  /// The `k` largest elements along a dimension, largest first, and where they were; the lower index first on ties.
  public func topK(_ k: Int, dim: Int = -1) -> (values: Tensor, indices: IntTensor) {
    let dimension = Shape.dimension(dim, of: shape, "topK")
    if k < 0 || k > shape[dimension] {
      fail("topK", "\(k) of the \(shape[dimension]) elements along dimension \(dim) of shape \(shape)")
    }
    return calling("topK", ("tensor", shape)) { ordered(dimension, count: k, descending: true) }
  }

  private func ordered(_ dimension: Int, count: Int, descending: Bool) -> (values: Tensor, indices: IntTensor) {
    let rows = detached().transpose(dimension, -1).packed()
    let size = shape[dimension]
    var indices: [Int] = []
    indices.reserveCapacity(size == 0 ? 0 : rows.count / size * count)
    rows.read { x in
      for row in 0..<(size == 0 ? 0 : rows.count / size) {
        let x = x + row * size
        let order = (0..<size).sorted { i, j in
          let (a, b) = descending ? (x[j], x[i]) : (x[i], x[j])
          if a < b || (a == a && b != b) { return true }
          if b < a || (a != a && b == b) { return false }
          return i < j
        }
        indices.append(contentsOf: order.prefix(count))
      }
    }
    let last = IntTensor(indices, shape: Array(rows.shape.dropLast()) + [count])
    let values = transpose(dimension, -1).gather(dim: -1, last).transpose(dimension, -1)
    return (values, last.exchanged(dimension))
  }
}
