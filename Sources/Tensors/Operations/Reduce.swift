// Sums, running sums, means and extremes over dimensions. The order of every sum depends on the shape alone (see
// `Reductions`).

import Support

extension Tensor {
  /// The sum of everything, or over the given dimensions.
  ///
  /// - Parameter keepDims: whether the summed dimensions stay, with size 1.
  public func sum(dims: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    let dims = Shape.dimensions(dims, of: shape, "sum")
    let original = shape
    let kept = shape.indices.map { dims.contains($0) ? 1 : shape[$0] }
    let result = sumKeepingDimensions(dims, kept).recording(self) { [$0.reshape(kept).expand(original)] }
    return keepDims ? result : result.reshape(shape.indices.filter { !dims.contains($0) }.map { shape[$0] })
  }

  /// The sum over one dimension.
  public func sum(dim: Int, keepDims: Bool = false) -> Tensor { sum(dims: [dim], keepDims: keepDims) }

  /// The mean of everything, or over the given dimensions; NaN where there is nothing.
  public func mean(dims: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    calling("mean", ("tensor", shape)) { sum(dims: dims, keepDims: keepDims) / Float(reducedCount(dims, "mean")) }
  }

  /// How many elements a reduction over the given dimensions makes one of.
  private func reducedCount(_ dims: [Int]?, _ operation: String) -> Int {
    Shape.dimensions(dims, of: shape, operation).reduce(1) { $0 * shape[$1] }
  }

  /// The mean over one dimension; NaN where there is nothing.
  public func mean(dim: Int, keepDims: Bool = false) -> Tensor { mean(dims: [dim], keepDims: keepDims) }

  /// The mean squared distance from the mean, over everything or the given dimensions; NaN, as in PyTorch, where there
  /// is nothing, or one element and `unbiased`.
  ///
  /// - Parameter unbiased: whether to divide by n - 1, as PyTorch does by default, rather than by n.
  public func variance(dims: [Int]? = nil, unbiased: Bool = true, keepDims: Bool = false) -> Tensor {
    calling("variance", ("tensor", shape)) {
      let centered = self - mean(dims: dims, keepDims: true)
      let squares = (centered * centered).sum(dims: dims, keepDims: keepDims)
      let n = reducedCount(dims, "variance")
      return squares / Float(unbiased ? Swift.max(0, n - 1) : n)
    }
  }

  /// The square root of the variance, and NaN where that is; its gradient is 0 where all elements are the same.
  public func standardDeviation(dims: [Int]? = nil, unbiased: Bool = true, keepDims: Bool = false) -> Tensor {
    calling("standardDeviation", ("tensor", shape)) {
      variance(dims: dims, unbiased: unbiased, keepDims: keepDims).rootOfSquares()
    }
  }

  /// Running sums along a dimension.
  public func cumsum(dim: Int) -> Tensor {
    let dimension = Shape.dimension(dim, of: shape, "cumsum")
    if dimension != rank - 1 { return transpose(dimension, -1).cumsum(dim: -1).transpose(dimension, -1) }
    let size = shape[dimension]
    let x = packed()
    let result = Tensor(shape: shape) { out in
      x.read { x in
        for row in 0..<(size == 0 ? 0 : count / size) {
          var sum: Float = 0
          for i in row * size..<(row + 1) * size {
            sum += x[i]
            out[i] = sum
          }
        }
      }
    }
    return result.recording(self) { g in [g.flip(dims: [-1]).cumsum(dim: -1).flip(dims: [-1])] }
  }

  /// The largest elements along a dimension and where they are; the lower index on ties.
  public func max(dim: Int, keepDims: Bool = false) -> (values: Tensor, indices: IntTensor) {
    extreme(dim: dim, keepDims: keepDims, sign: 1, "max")
  }

  /// The smallest elements along a dimension and where they are; the lower index on ties.
  public func min(dim: Int, keepDims: Bool = false) -> (values: Tensor, indices: IntTensor) {
    extreme(dim: dim, keepDims: keepDims, sign: -1, "min")
  }

  /// The largest element of all. Where several are largest, they share the gradient evenly.
  public func max() -> Tensor {
    calling("max", ("tensor", shape)) { extremeOfAll(detached().flatten().max(dim: 0).values, "max") }
  }

  /// The smallest element of all. Where several are smallest, they share the gradient evenly.
  public func min() -> Tensor {
    calling("min", ("tensor", shape)) { extremeOfAll(detached().flatten().min(dim: 0).values, "min") }
  }

  /// Where the largest element of all is, counted in row-major order; the lower index on ties.
  public func argmax() -> Int {
    calling("argmax", ("tensor", shape)) { detached().flatten().argmax(dim: 0).scalars[0] }
  }

  /// Where the smallest element of all is, counted in row-major order; the lower index on ties.
  public func argmin() -> Int {
    calling("argmin", ("tensor", shape)) { detached().flatten().argmin(dim: 0).scalars[0] }
  }

  /// Where along a dimension the largest element is; the lower index on ties.
  public func argmax(dim: Int) -> IntTensor {
    calling("argmax", ("tensor", shape)) { noGrad { detached().max(dim: dim).indices } }
  }

  /// Where along a dimension the smallest element is; the lower index on ties.
  public func argmin(dim: Int) -> IntTensor {
    calling("argmin", ("tensor", shape)) { noGrad { detached().min(dim: dim).indices } }
  }

  // MARK: How it is done

  private func sumKeepingDimensions(_ dims: [Int], _ kept: [Int]) -> Tensor {
    guard let first = dims.first, let last = dims.last else { return detached() }
    if shape[first...last].indices.contains(where: { !dims.contains($0) && shape[$0] != 1 }) {
      // Not neighbors: bring them to the end.
      let others = shape.indices.filter { !dims.contains($0) }
      let moved = detached().permute(others + dims)
      let ends = Array(others.count..<rank)
      return moved.sumKeepingDimensions(ends, ends.reduce(into: moved.shape) { $0[$1] = 1 }).reshape(kept)
    }
    let x = packed("sum")
    let outer = Shape.count(Array(shape[..<first]))
    let reduced = Shape.count(Array(shape[first...last]))
    let inner = Shape.count(Array(shape[(last + 1)...]))
    return Tensor(shape: kept, "sum") { out in
      x.read { x in
        if inner == 1 {
          parallelFor(outer, grain: grainSize(total: pointwiseGrain, perItem: reduced)) { rows in
            for row in rows { out[row] = Reductions.sum(x + row * reduced, count: reduced) }
          }
        } else if outer == 1 {
          parallelFor(inner, grain: Swift.max(8, pointwiseGrain / Swift.max(1, reduced)), multiple: 16) { columns in
            Reductions.sumColumns(x, rows: reduced, columns: inner, range: columns, to: out)
          }
        } else {
          parallelFor(outer, grain: grainSize(total: pointwiseGrain, perItem: reduced * inner)) { blocks in
            for block in blocks {
              Reductions.sumColumns(
                x + block * reduced * inner, rows: reduced, columns: inner, range: 0..<inner, to: out + block * inner)
            }
          }
        }
      }
    }
  }

  private func extremeOfAll(_ value: Tensor, _ operation: String) -> Tensor {
    let (kept, keptValue) = (saved, value.saved)
    return value.recording(self) { g in
      let isExtreme = kept.unchanged(for: operation) .== keptValue.unchanged(for: operation)
      return [isExtreme * (g / isExtreme.sum())]
    }
  }

  private func extreme(
    dim: Int, keepDims: Bool, sign: Float, _ operation: String
  ) -> (values: Tensor, indices: IntTensor) {
    let dimension = Shape.dimension(dim, of: shape, operation)
    if shape[dimension] == 0 { fail(operation, "dimension \(dim) of shape \(shape) is empty") }
    let size = shape[dimension]
    let rows = (sign < 0 ? -detached() : detached()).transpose(dimension, -1).packed(operation)
    var indices = [Int](repeating: 0, count: count / size)
    rows.read { x in
      for row in indices.indices { indices[row] = Reductions.argmax(x + row * size, count: size) }
    }
    // The rows are in the order of the tensor with `dimension` and the last one exchanged.
    let moved = IntTensor(indices, shape: Array(rows.shape.dropLast()) + [1])
    let values = transpose(dimension, -1).gather(dim: -1, moved).transpose(dimension, -1)
    let positions = moved.exchanged(dimension).scalars
    var shape = self.shape
    shape[dimension] = 1
    if keepDims { return (values, IntTensor(positions, shape: shape)) }
    shape.remove(at: dimension)
    return (values.squeeze(dimension), IntTensor(positions, shape: shape))
  }
}
