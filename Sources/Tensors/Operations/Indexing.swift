// Picking elements by index.

import Support

extension Tensor {
  /// The row of this table for each id: `F.embedding`.
  ///
  /// - Parameter paddingIndex: a row of the table that gets no gradient, if any.
  /// - Returns: the ids' shape followed by the rows' shape, for a table `[rows, …]`.
  public func embedding(_ ids: IntTensor, paddingIndex: Int? = nil) -> Tensor {
    guard rank >= 1 else { fail("embedding", "a single number, of shape \(shape), has no rows") }
    for id in ids.scalars where id < 0 || id >= shape[0] {
      fail("embedding", "id \(id) of ids \(ids.shape) is not within a table of \(shape[0]) rows (shape \(shape))")
    }
    let width = Shape.count(Array(shape.dropFirst()), "embedding")
    let resultShape = ids.shape + shape.dropFirst()
    let table = isContiguous ? detached() : packed()
    let result = Tensor(shape: resultShape) { out in
      withExtendedLifetime(table.storage) {
        let base = table.storage.base + table.offset * table.elementType.byteCount
        for (row, id) in ids.scalars.enumerated() {
          let target = out + row * width
          if table.elementType == .float32 {
            target.update(from: base.assumingMemoryBound(to: Float.self) + id * width, count: width)
          } else {
            let bits = base.assumingMemoryBound(to: UInt16.self) + id * width
            widen(bits, table.elementType, count: width, to: target)
          }
        }
      }
    }
    let (ownShape, ownCount) = (shape, count)
    return result.recording(self) { g in
      let g = g.packed()
      return [
        Tensor(shape: ownShape) { out in
          out.update(repeating: 0, count: ownCount)
          g.read { g in
            // Rows that occur several times are summed in the order in which they occur.
            for (position, id) in ids.scalars.enumerated() where id != paddingIndex {
              Pointwise.add(g + position * width, count: width, to: out + id * width)
            }
          }
        }
      ]
    }
  }

  /// One element along a dimension for each index: `torch.gather`.
  ///
  /// - Parameter indices: like this tensor's shape, but of any size along `dim`.
  public func gather(dim: Int, _ indices: IntTensor) -> Tensor {
    let dimension = Shape.dimension(dim, of: shape, "gather")
    var expected = shape
    if indices.shape.count == rank { expected[dimension] = indices.shape[dimension] }
    if indices.shape != expected {
      fail("gather", "indices of shape \(indices.shape) do not fit shape \(shape) along dimension \(dim)")
    }
    let size = shape[dimension]
    for index in indices.scalars where index < 0 || index >= size {
      fail("gather", "index \(index) is not within dimension \(dim) of shape \(shape)")
    }
    let inner = Shape.count(Array(shape[(dimension + 1)...]))
    let picked = indices.shape[dimension]
    // For each position of the result, the position of its element in a row-major tensor of this shape.
    let sources = indices.scalars.enumerated().map { position, index in
      let (outer, rest) = (position / (picked * inner), position % inner)
      return (outer * size + index) * inner + rest
    }
    let x = packed()
    let result = Tensor(shape: indices.shape) { out in
      x.read { x in for (position, source) in sources.enumerated() { out[position] = x[source] } }
    }
    let (ownShape, ownCount) = (shape, count)
    return result.recording(self) { g in
      let g = g.packed()
      return [
        Tensor(shape: ownShape) { out in
          out.update(repeating: 0, count: ownCount)
          g.read { g in for (position, source) in sources.enumerated() { out[source] += g[position] } }
        }
      ]
    }
  }

  /// Whole slices along a dimension, in the order of the indices: `torch.index_select`.
  public func indexSelect(_ indices: [Int], dim: Int = 0) -> Tensor {
    let dimension = Shape.dimension(dim, of: shape, "indexSelect")
    for index in indices where index < 0 || index >= shape[dimension] {
      fail("indexSelect", "index \(index) is not within dimension \(dim) of shape \(shape)")
    }
    return calling("indexSelect", ("tensor", shape)) {
      if dimension == 0 { return embedding(IntTensor(indices)) }
      return transpose(0, dimension).contiguous().embedding(IntTensor(indices)).transpose(0, dimension)
    }
  }
}
