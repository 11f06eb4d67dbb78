// Layer normalization and L2 normalization.

import Support

extension Tensor {
  /// Normalizes the last dimension to mean 0 and variance 1, then scales and shifts it (Ba et al. 2016).
  ///
  /// - Parameters:
  ///   - weight: the scale, `[D]`, or `nil` for none.
  ///   - bias: the shift, `[D]`, or `nil` for none.
  ///   - epsilon: added to the variance.
  public func layerNorm(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5) -> Tensor {
    guard let size = shape.last else { fail("layerNorm", "a single number has nothing to normalize") }
    for part in [weight, bias] {
      if let part, part.shape != [size] {
        fail("layerNorm", "a weight or bias of shape \(part.shape) does not fit rows of \(size) in shape \(shape)")
      }
    }
    let rows = size == 0 ? 0 : count / size
    let x = packed()
    let w = weight?.packed()
    let b = bias?.packed()
    let moments = Tensor(uninitialized: [2, rows])
    let grain = grainSize(total: functionGrain, perItem: size)
    let y = Tensor(shape: shape) { out in
      withPointers(x, w ?? x, b ?? x) { x, wp, bp in
        moments.write { moments in
          parallelFor(rows, grain: grain) { part in
            for row in part {
              let at = row * size
              let (mean, scale) = RowKernels.moments(x + at, count: size, epsilon: epsilon)
              moments[row] = mean
              moments[rows + row] = scale
              RowKernels.normalize(
                x + at, count: size, mean: mean, scale: scale, weight: w == nil ? nil : wp, bias: b == nil ? nil : bp,
                to: out + at)
            }
          }
        }
      }
    }
    var operands = [self]
    if let weight { operands.append(weight) }
    if let bias { operands.append(bias) }
    let (hasWeight, hasBias) = (weight != nil, bias != nil)
    let wantsRows = requiresGrad
    let wantsSums = weight?.requiresGrad ?? false || bias?.requiresGrad ?? false
    let keptX = x.saved(if: wantsRows || weight?.requiresGrad ?? false)
    let keptWeight = w?.saved(if: wantsRows)
    return y.recording(operands) { g in
      let name = "layerNorm"
      let g = g.packed()
      guard let x = keptX?.unchanged(for: name) else {
        // Only the shift is wanted.
        return (hasWeight ? [nil, nil] : [nil]) + [g.reshape([rows, size]).sum(dim: 0)]
      }
      let (dx, dw, db) = Tensor.layerNormGradients(
        x, g, moments, weight: keptWeight?.unchanged(for: name), wantsSums: wantsSums, grain: grain)
      return [dx] + (hasWeight ? [dw] : []) + (hasBias ? [db] : [])
    }
  }

  /// The gradients of the input, the weight and the bias: the latter two, if they are wanted, are sums over the rows,
  /// of g · (x - mean) · scale and of g.
  private static func layerNormGradients(
    _ x: Tensor, _ g: Tensor, _ moments: Tensor, weight: Tensor?, wantsSums: Bool, grain: Int
  ) -> (input: Tensor, weight: Tensor?, bias: Tensor?) {
    let size = x.shape[x.rank - 1]
    let rows = moments.shape[1]
    // A block of rows at a time, with the sums of its columns at once: what they are the sums of is needed only for
    // that.
    let blockRows = Reductions.columnBlock
    let blocks = (rows + blockRows - 1) / blockRows
    let input = Tensor(uninitialized: x.shape)
    let blockSums = Tensor(uninitialized: [wantsSums ? blocks : 0, 2, size])
    withExtendedLifetime((weight, input, blockSums)) {
      let w = weight.map { UnsafePointer($0.storage.floats + $0.offset) }
      let (dx, sums) = (input.storage.floats, blockSums.storage.floats)
      withPointers(x, g, moments) { x, g, moments in
        parallelFor(blocks, grain: Swift.max(1, grain / blockRows)) { part in
          let memory = UnsafeMutablePointer<Float>.allocate(capacity: (blockRows + 1) * size)
          defer { memory.deallocate() }
          let (scratch, products) = (memory, memory + size)
          for block in part {
            let first = block * blockRows
            let count = Swift.min(blockRows, rows - first)
            for row in first..<first + count {
              let at = row * size
              RowKernels.normalizeBackward(
                x + at, g + at, count: size, mean: moments[row], scale: moments[rows + row], weight: w,
                scratch: scratch, to: dx + at, products: products + (row - first) * size)
            }
            if !wantsSums { continue }
            let sum = sums + 2 * block * size
            Reductions.sumColumns(products, rows: count, columns: size, range: 0..<size, to: sum)
            Reductions.sumColumns(g + first * size, rows: count, columns: size, range: 0..<size, to: sum + size)
          }
        }
      }
    }
    if !wantsSums { return (input, nil, nil) }
    let weightSum = Tensor.zeros([size])
    let biasSum = Tensor.zeros([size])
    withExtendedLifetime((blockSums, weightSum, biasSum)) {
      for block in 0..<blocks {
        let sums = blockSums.storage.floats + 2 * block * size
        Pointwise.add(sums, count: size, to: weightSum.storage.floats)
        Pointwise.add(sums + size, count: size, to: biasSum.storage.floats)
      }
    }
    // A single column is summed as a row is. (Its products are all zero.)
    if size == 1 { return (input, weightSum, g.sum(dims: Array(0..<g.rank - 1)).reshape([1])) }
    return (input, weightSum, biasSum)
  }

  /// Divides by the Euclidean norm along a dimension, which is taken to be at least `epsilon` (`F.normalize`). A row of
  /// zeros stays one, and its gradient is divided by `epsilon`.
  public func l2Normalized(dim: Int = -1, epsilon: Float = 1e-12) -> Tensor {
    let name = "l2Normalized"
    return calling(name, ("tensor", shape)) {
      let norm = Tensor.product(self, self, name).sum(dim: dim, keepDims: true).rootOfSquares()
      return Tensor.quotient(self, norm.clamp(epsilon), name)
    }
  }
}
