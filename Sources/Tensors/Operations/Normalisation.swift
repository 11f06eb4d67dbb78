// Layer normalisation and L2 normalisation.

extension Tensor {
  /// Normalises the last dimension to mean 0 and variance 1, then scales and shifts it (Ba et al. 2016).
  ///
  /// - Parameters:
  ///   - weight: the scale, `[D]`, or `nil` for none.
  ///   - bias: the shift, `[D]`, or `nil` for none.
  ///   - epsilon: added to the variance.
  public func layerNorm(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5) -> Tensor {
    guard let size = shape.last else { fail("layerNorm", "a single number has nothing to normalise") }
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
    let grain = share(functionGrain, size)
    let y = Tensor(shape: shape) { out in
      withPointers(x, w ?? x, b ?? x) { x, wp, bp in
        moments.write { moments in
          parallelFor(rows, grain: grain) { part in
            for row in part {
              let at = row * size
              let (mean, scale) = RowKernels.moments(x + at, count: size, epsilon: epsilon)
              moments[row] = mean
              moments[rows + row] = scale
              RowKernels.normalise(
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
    return y.recording(operands) { g in
      let g = g.packed()
      let (dx, products) = Tensor.layerNormGradients(x, g, moments, weight: w, grain: grain)
      var terms: [Tensor] = []
      if hasWeight { terms.append(products) }
      if hasBias { terms.append(g) }
      return [dx] + Tensor.sumsOfColumns(terms, size)
    }
  }

  /// The gradient of the input, and what the gradient of the weight is the sum of: g · (x - mean) · scale for each row.
  private static func layerNormGradients(
    _ x: Tensor, _ g: Tensor, _ moments: Tensor, weight: Tensor?, grain: Int
  ) -> (input: Tensor, products: Tensor) {
    let size = x.shape[x.rank - 1]
    let rows = moments.shape[1]
    let products = Tensor(uninitialized: x.shape)
    let input = Tensor(shape: x.shape) { out in
      withExtendedLifetime((weight, products)) {
        let w = weight.map { UnsafePointer($0.storage.floats + $0.offset) }
        let products = products.storage.floats
        withPointers(x, g, moments) { x, g, moments in
          parallelFor(rows, grain: grain) { part in
            let scratch = UnsafeMutablePointer<Float>.allocate(capacity: size)
            defer { scratch.deallocate() }
            for row in part {
              let at = row * size
              RowKernels.normaliseBackward(
                x + at, g + at, count: size, mean: moments[row], scale: moments[rows + row], weight: w,
                scratch: scratch, to: out + at, products: products + at)
            }
          }
        }
      }
    }
    return (input, products)
  }

  /// The sums over all dimensions but the last, of `columns` elements; all at once, as each is little work.
  private static func sumsOfColumns(_ tensors: [Tensor], _ columns: Int) -> [Tensor] {
    // A single column is summed as a row is.
    if columns == 1 { return tensors.map { $0.sum(dims: Array(0..<($0.rank - 1))) } }
    let sums = tensors.map { _ in Tensor(uninitialized: [columns]) }
    let rows = tensors.first.map { columns == 0 ? 0 : $0.count / columns } ?? 0
    withExtendedLifetime((tensors, sums)) {
      let grain = Swift.max(8, pointwiseGrain / Swift.max(1, rows))
      parallelFor(tensors.count * columns, grain: grain, multiple: 16) { part in
        for (index, (x, sum)) in zip(tensors, sums).enumerated() {
          let range = part.clamped(to: index * columns..<(index + 1) * columns)
          if range.isEmpty { continue }
          Reductions.sumColumns(
            x.storage.floats + x.offset, rows: rows, columns: columns,
            range: range.lowerBound - index * columns..<range.upperBound - index * columns, to: sum.storage.floats)
        }
      }
    }
    return sums
  }

  /// Divides by the Euclidean norm along a dimension, which is taken to be at least `epsilon` (`F.normalize`). A row of
  /// zeros stays one, and its gradient is divided by `epsilon`.
  public func l2Normalized(dim: Int = -1, epsilon: Float = 1e-12) -> Tensor {
    let norm = (self * self).sum(dim: dim, keepDims: true).rootOfSquares()
    return self / norm.clamp(epsilon)
  }
}
