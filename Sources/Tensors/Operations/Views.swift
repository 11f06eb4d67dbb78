// Views: another shape over the same memory. Nothing is copied, except by `reshape` where no strides can say what is
// asked. The gradient of a view is the opposite view of the gradient; that of a slice is added into its region (see
// `GradientNode.Backward`).

import Support

extension Tensor {
  private func view(shape: [Int], strides: [Int], offset: Int? = nil) -> Tensor {
    Tensor(shape: shape, strides: strides, offset: offset ?? self.offset, storage: storage)
  }

  /// Exchanges two dimensions.
  public func transpose(_ first: Int, _ second: Int) -> Tensor {
    let a = Shape.dimension(first, of: shape, "transpose")
    let b = Shape.dimension(second, of: shape, "transpose")
    var shape = self.shape
    var strides = self.strides
    shape.swapAt(a, b)
    strides.swapAt(a, b)
    return view(shape: shape, strides: strides).recording(self) { [$0.transpose(a, b)] }
  }

  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// A matrix with rows and columns exchanged; for more dimensions, the last two.
  public var T: Tensor { calling("T", ("tensor", shape)) { transpose(-2, -1) } }

  /// Puts the dimensions into another order: result dimension `i` is dimension `order[i]` of this tensor.
  public func permute(_ order: Int...) -> Tensor { permute(order) }

  /// Puts the dimensions into another order: result dimension `i` is dimension `order[i]` of this tensor.
  public func permute(_ order: [Int]) -> Tensor {
    let order = order.map { Shape.dimension($0, of: shape, "permute") }
    if order.sorted() != Array(0..<rank) {
      fail("permute", "the order \(order) does not name each dimension of shape \(shape) once")
    }
    var inverse = order
    for (to, from) in order.enumerated() { inverse[from] = to }
    return view(shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
      .recording(self) { [$0.permute(inverse)] }
  }

  /// The same numbers in row-major order under another shape; one size may be -1, to be worked out.
  public func reshape(_ sizes: Int...) -> Tensor { reshape(sizes) }

  /// The same numbers in row-major order under another shape; one size may be -1, to be worked out.
  public func reshape(_ sizes: [Int]) -> Tensor {
    let shape = Shape.completed(sizes, count: count, from: self.shape)
    if shape == self.shape { return self }
    let original = self.shape
    let result: Tensor
    if let strides = Shape.viewStrides(from: self.shape, strides, to: shape) {
      result = view(shape: shape, strides: strides)
    } else {
      let dense = packed()
      result = dense.view(shape: shape, strides: Shape.strides(shape))
    }
    return result.recording(self) { [$0.reshape(original)] }
  }

  /// Joins the dimensions from `from` to `through` (the last one by default) into one.
  public func flatten(from: Int = 0, through: Int = -1) -> Tensor {
    if rank == 0 { return reshape([1]) }
    let a = Shape.dimension(from, of: shape, "flatten")
    let b = Shape.dimension(through, of: shape, "flatten")
    if a > b { fail("flatten", "dimension \(from) comes after dimension \(through) in shape \(shape)") }
    return reshape(Array(shape[..<a]) + [Shape.count(Array(shape[a...b]))] + Array(shape[(b + 1)...]))
  }

  /// Adds a dimension of size 1 at the given place.
  public func unsqueeze(_ dimension: Int) -> Tensor {
    let at = dimension < 0 ? dimension &+ rank + 1 : dimension
    if at < 0 || at > rank { fail("unsqueeze", "shape \(shape) has no place \(dimension) for another dimension") }
    var shape = self.shape
    var strides = self.strides
    shape.insert(1, at: at)
    strides.insert(1, at: at)
    return view(shape: shape, strides: strides).recording(self) { [$0.squeeze(at)] }
  }

  /// Removes a dimension of size 1.
  public func squeeze(_ dimension: Int) -> Tensor {
    let at = Shape.dimension(dimension, of: shape, "squeeze")
    if shape[at] != 1 { fail("squeeze", "dimension \(dimension) of shape \(shape) has size \(shape[at]), not 1") }
    var shape = self.shape
    var strides = self.strides
    shape.remove(at: at)
    strides.remove(at: at)
    return view(shape: shape, strides: strides).recording(self) { [$0.unsqueeze(at)] }
  }

  /// Repeats dimensions of size 1 without copying; a size of -1 keeps what is there.
  public func expand(_ sizes: Int...) -> Tensor { expand(sizes) }

  /// Repeats dimensions of size 1 without copying; a size of -1 keeps what is there.
  public func expand(_ sizes: [Int]) -> Tensor {
    let missing = sizes.count - rank
    if missing < 0 { fail("expand", "shape \(shape) has more dimensions than \(sizes)") }
    var target = sizes
    for dimension in sizes.indices {
      let own = dimension < missing ? 1 : shape[dimension - missing]
      if target[dimension] == -1 { target[dimension] = own }
      if own != 1 && own != target[dimension] {
        fail("expand", "dimension \(dimension - missing) of shape \(shape) cannot be repeated to make \(sizes)")
      }
    }
    if target == shape { return self }
    _ = Shape.count(target, "expand")
    let original = shape
    return view(shape: target, strides: strides(broadcastTo: target)).recording(self) { [$0.summed(to: original)] }
  }

  /// The part of a dimension within `range`.
  public func slice(_ range: Range<Int>, dim: Int) -> Tensor {
    let dimension = Shape.dimension(dim, of: shape, "slice")
    if range.lowerBound < 0 || range.upperBound > shape[dimension] {
      fail("slice", "\(range) is not within dimension \(dim) of shape \(shape)")
    }
    if range == 0..<shape[dimension] { return self }
    var shape = self.shape
    shape[dimension] = range.count
    let part = view(shape: shape, strides: strides, offset: offset + range.lowerBound * strides[dimension])
    return part.recordingRegion(of: self, dimension: dimension, range: range)
  }

  /// One index of a dimension, which disappears.
  public func select(_ index: Int, dim: Int) -> Tensor {
    let dimension = Shape.dimension(dim, of: shape, "select")
    let at = index < 0 ? index &+ shape[dimension] : index
    if at < 0 || at >= shape[dimension] {
      fail("select", "index \(index) is not within dimension \(dim) of shape \(shape)")
    }
    return slice(at..<at + 1, dim: dimension).squeeze(dimension)
  }

  /// One row: index `index` of the first dimension.
  public subscript(index: Int) -> Tensor { calling("subscript", ("tensor", shape)) { select(index, dim: 0) } }

  /// Some rows: a range of the first dimension.
  public subscript(range: Range<Int>) -> Tensor {
    calling("subscript", ("tensor", shape)) { slice(range, dim: 0) }
  }

  /// Pieces of `size` along a dimension; the last may be smaller.
  public func split(_ size: Int, dim: Int = 0) -> [Tensor] {
    let dimension = Shape.dimension(dim, of: shape, "split")
    if size <= 0 { fail("split", "pieces of size \(size) of shape \(shape)") }
    requireMemory(forPieces: shape[dimension] / size, "split")
    return stride(from: 0, to: shape[dimension], by: size).map {
      slice($0..<$0 + Swift.min(size, shape[dimension] - $0), dim: dimension)
    }
  }

  /// Pieces of the given sizes along a dimension, which they fill.
  public func split(_ sizes: [Int], dim: Int = 0) -> [Tensor] {
    let dimension = Shape.dimension(dim, of: shape, "split")
    if sizes.contains(where: { $0 < 0 || $0 > shape[dimension] }) || sizes.reduce(0, &+) != shape[dimension] {
      fail("split", "pieces of sizes \(sizes) do not fill dimension \(dim) of shape \(shape)")
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return slice(start..<start + size, dim: dimension)
    }
  }

  /// A number of equal pieces along a dimension.
  public func chunk(_ pieces: Int, dim: Int = 0) -> [Tensor] {
    let dimension = Shape.dimension(dim, of: shape, "chunk")
    if pieces <= 0 || shape[dimension] % pieces != 0 {
      fail("chunk", "dimension \(dim) of shape \(shape) does not divide into \(pieces) equal pieces")
    }
    requireMemory(forPieces: pieces, "chunk")
    return split([Int](repeating: shape[dimension] / pieces, count: pieces), dim: dimension)
  }

  /// A piece is a value of its own, if a small one.
  private func requireMemory(forPieces count: Int, _ operation: String) {
    MemoryPool.require(count, width: 4 * MemoryLayout<Tensor>.stride, shape: [count], operation)
  }

  /// The same numbers in row-major order without gaps; itself when they already are.
  public func contiguous() -> Tensor {
    if elementType == .float32 && isContiguous { return self }
    return packed().recording(self) { [$0] }
  }
}
