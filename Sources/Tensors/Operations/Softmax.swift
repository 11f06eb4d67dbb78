// Softmax and its logarithm, along one dimension.

extension Tensor {
  /// eˣ / Σ eˣ along a dimension.
  public func softmax(dim: Int) -> Tensor {
    alongRows(
      dim, "softmax", { RowKernels.softmax($0, count: $1, to: $2) },
      { RowKernels.softmaxBackward($0, $1, count: $2, to: $3) })
  }

  /// log(eˣ / Σ eˣ) along a dimension, without the loss of taking the logarithm afterwards.
  public func logSoftmax(dim: Int) -> Tensor {
    alongRows(
      dim, "logSoftmax", { RowKernels.logSoftmax($0, count: $1, to: $2) },
      { RowKernels.logSoftmaxBackward($0, $1, count: $2, to: $3) })
  }

  /// A row kernel along any dimension, its gradient given by the result `y` and the gradient `dy`.
  @inline(__always)
  private func alongRows(
    _ dim: Int, _ operation: String,
    _ forward: @escaping (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void,
    _ backward: @escaping (UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let dimension = Shape.dimension(dim, of: shape, operation)
    if dimension != rank - 1 {
      return transpose(dimension, -1).alongRows(-1, operation, forward, backward).transpose(dimension, -1)
    }
    let size = shape[dimension]
    let rowCount = size == 0 ? 0 : count / size
    let x = packed(operation)
    let y = Tensor(shape: shape, operation) { out in
      x.read { x in
        parallelFor(rowCount, grain: grainSize(total: functionGrain, perItem: size)) { rows in
          for row in rows { forward(x + row * size, size, out + row * size) }
        }
      }
    }
    let kept = y.saved
    return y.recording(self) { g in
      let (y, g) = (kept.unchanged(for: operation), g.packed())
      return [
        Tensor(shape: y.shape) { out in
          withPointers(y, g) { y, g in
            parallelFor(rowCount, grain: grainSize(total: functionGrain, perItem: size)) { rows in
              for row in rows { backward(y + row * size, g + row * size, size, out + row * size) }
            }
          }
        }
      ]
    }
  }
}
