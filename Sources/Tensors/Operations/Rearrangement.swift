// Copies in another arrangement: tensors put together, padded, flipped and repeated.

import Support

extension Tensor {
  /// Tensors one behind the other along a dimension.
  public static func cat(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    guard let first = tensors.first else { fail("cat", "no tensors to put together") }
    let dimension = Shape.dimension(dim, of: first.shape, "cat")
    var shape = first.shape
    shape[dimension] = 0
    for tensor in tensors {
      var other = tensor.shape
      if other.count == shape.count {
        let (sum, isTooLarge) = shape[dimension].addingReportingOverflow(other[dimension])
        if isTooLarge { fail("cat", "shapes \(tensors.map(\.shape)) make more numbers than any memory") }
        shape[dimension] = sum
        other[dimension] = shape[dimension]
      }
      if other != shape {
        fail("cat", "shapes \(first.shape) and \(tensor.shape) differ outside dimension \(dim)")
      }
    }
    let result = Tensor(uninitialized: shape, "cat")
    var start = 0
    var ranges: [Range<Int>] = []
    for tensor in tensors {
      let range = start..<start + tensor.shape[dimension]
      result.region(range, dimension).copyInPlace(tensor.detached())
      ranges.append(range)
      start = range.upperBound
    }
    return result.recording(tensors) { g in ranges.map { g.slice($0, dim: dimension) } }
  }

  /// Tensors of one shape side by side along a new dimension.
  public static func stack(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    guard let first = tensors.first else { fail("stack", "no tensors to put together") }
    for tensor in tensors where tensor.shape != first.shape {
      fail("stack", "shapes \(first.shape) and \(tensor.shape) differ")
    }
    return calling("stack", ("tensors", first.shape)) { cat(tensors.map { $0.unsqueeze(dim) }, dim: dim) }
  }

  /// A value in front of and behind each of the given dimensions.
  ///
  /// - Parameter amounts: how many to add before and after, by dimension, each once; negative dimensions count from the
  ///   back.
  public func pad(_ amounts: [(dim: Int, before: Int, after: Int)], value: Float = 0) -> Tensor {
    var shape = self.shape
    var inner: [(dimension: Int, range: Range<Int>)] = []
    for amount in amounts {
      let dimension = Shape.dimension(amount.dim, of: shape, "pad")
      if amount.before < 0 || amount.after < 0 {
        fail("pad", "amounts must not be negative: \(amount) for shape \(self.shape)")
      }
      if inner.contains(where: { $0.dimension == dimension }) {
        fail("pad", "dimension \(dimension) of shape \(self.shape) is given twice")
      }
      let most = Int.max >> 8
      if amount.before > most || amount.after > most || shape[dimension] > most {
        fail("pad", "shape \(self.shape) with \(amount) has more numbers than any memory")
      }
      inner.append((dimension, amount.before..<amount.before + self.shape[dimension]))
      shape[dimension] += amount.before + amount.after
    }
    let result = calling("pad", ("tensor", self.shape)) { Tensor.full(shape, value) }
    inner.reduce(result) { $0.region($1.range, $1.dimension) }.copyInPlace(detached())
    return result.recording(self) { g in [inner.reduce(g) { $0.slice($1.range, dim: $1.dimension) }] }
  }

  /// The elements along the given dimensions in opposite order.
  public func flip(dims: [Int]) -> Tensor {
    let dims = Shape.dimensions(dims, of: shape, "flip")
    MemoryPool.require(count, shape: shape, "flip")
    return calling("flip", ("tensor", shape)) {
      dims.reduce(self) {
        MemoryPool.require($0.shape[$1], width: 8, shape: shape, "flip")
        return $0.indexSelect(Array((0..<$0.shape[$1]).reversed()), dim: $1)
      }
    }
  }

  /// The whole tensor several times along each dimension: `Tensor.repeat`.
  ///
  /// - Parameter times: one number for each dimension; more than the tensor has add dimensions in front.
  public func repeated(_ times: Int...) -> Tensor {
    if times.count < rank || times.contains(where: { $0 < 0 }) {
      fail("repeated", "\(times) does not say how often to repeat each dimension of shape \(shape)")
    }
    let own = Array(repeating: 1, count: times.count - rank) + shape
    let expanded = zip(times, own).flatMap { [$0, $1] }
    _ = Shape.count(expanded, "repeated")
    return calling("repeated", ("tensor", shape)) {
      reshape(own.flatMap { [1, $0] }).expand(expanded).reshape(zip(times, own).map { $0 * $1 })
    }
  }

  /// A part of this tensor's own memory; not recorded.
  private func region(_ range: Range<Int>, _ dimension: Int) -> Tensor {
    var shape = self.shape
    shape[dimension] = range.count
    return Tensor(
      shape: shape, strides: strides, offset: offset + range.lowerBound * strides[dimension], storage: storage)
  }
}
