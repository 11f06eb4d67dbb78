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
    let operands = [self] + [weight, bias].compactMap { $0 }
    return y.recording(operands) { g in
      let g = g.packed()
      var gradients: [Tensor?] = [
        self.requiresGrad ? Tensor.layerNormInputGradient(x, g, moments, weight: w, grain: grain) : nil
      ]
      if weight != nil {
        gradients.append((g * Tensor.layerNormStandardised(x, moments)).sum(dims: Array(0..<(g.rank - 1))))
      }
      if bias != nil { gradients.append(g.sum(dims: Array(0..<(g.rank - 1)))) }
      return gradients
    }
  }

  private static func layerNormInputGradient(
    _ x: Tensor, _ g: Tensor, _ moments: Tensor, weight: Tensor?, grain: Int
  ) -> Tensor {
    let size = x.shape[x.rank - 1]
    let rows = moments.shape[1]
    return Tensor(shape: x.shape) { out in
      (weight ?? x).read { w in
        withPointers(x, g, moments) { x, g, moments in
          parallelFor(rows, grain: grain) { part in
            let scratch = UnsafeMutablePointer<Float>.allocate(capacity: 2 * size)
            defer { scratch.deallocate() }
            for row in part {
              RowKernels.normaliseBackward(
                x + row * size, g + row * size, count: size, mean: moments[row], scale: moments[rows + row],
                weight: weight == nil ? nil : w, scratch: scratch, to: out + row * size)
            }
          }
        }
      }
    }
  }

  /// (x - mean) · scale for each row.
  private static func layerNormStandardised(_ x: Tensor, _ moments: Tensor) -> Tensor {
    let size = x.shape[x.rank - 1]
    let rows = moments.shape[1]
    return Tensor(shape: x.shape) { out in
      withPointers(x, moments) { x, moments in
        parallelFor(rows, grain: share(pointwiseGrain, size)) { part in
          for row in part {
            RowKernels.normalise(
              x + row * size, count: size, mean: moments[row], scale: moments[rows + row], weight: nil, bias: nil,
              to: out + row * size)
          }
        }
      }
    }
  }

  /// Divides by the Euclidean norm along a dimension, which is taken to be at least `epsilon` (`F.normalize`). A row of
  /// zeros stays one, and its gradient is divided by `epsilon`.
  public func l2Normalized(dim: Int = -1, epsilon: Float = 1e-12) -> Tensor {
    let norm = (self * self).sum(dim: dim, keepDims: true).rootOfSquares()
    return self / norm.clamp(epsilon)
  }
}
