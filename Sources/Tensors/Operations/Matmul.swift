// Matrix products.

import Support

extension Tensor {
  /// The matrix product over the last two dimensions; the others broadcast.
  ///
  /// `[…, M, K] · […, K, N]` gives `[…, M, N]`. A vector on the left counts as one row, on the right as one column.
  /// Every element is one chain of fused multiply-adds in ascending k.
  public func matmul(_ other: Tensor) -> Tensor {
    if rank == 0 || other.rank == 0 {
      fail("matmul", "shapes \(shape) and \(other.shape): a single number is no matrix; use *")
    }
    if rank == 1 {
      return unsqueeze(0).checkedMatmul(other.rank == 1 ? other.unsqueeze(1) : other, shape, other.shape)
        .dropping(row: true, column: other.rank == 1)
    }
    if other.rank == 1 {
      return checkedMatmul(other.unsqueeze(1), shape, other.shape).dropping(row: false, column: true)
    }
    return checkedMatmul(other, shape, other.shape)
  }

  private func dropping(row: Bool, column: Bool) -> Tensor {
    let once = column ? squeeze(-1) : self
    return row ? once.squeeze(column ? -1 : -2) : once
  }

  private func checkedMatmul(_ other: Tensor, _ shapeA: [Int], _ shapeB: [Int]) -> Tensor {
    let (m, k) = (size(-2), size(-1))
    let (rows, n) = (other.size(-2), other.size(-1))
    if k != rows {
      fail(
        "matmul",
        "shapes \(shapeA) and \(shapeB) do not fit: \(k) columns on the left, \(rows) rows on the right")
    }
    let batch = calling("matmul", ("left", shapeA), ("right", shapeB)) {
      Shape.broadcast(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)), "matmul")
    }
    _ = Shape.count(batch + [m, n], "matmul")
    // Many matrices times one: a single product with more rows.
    if other.rank == 2 && rank > 2 {
      return reshape([Shape.count(Array(shape.dropLast())), k]).checkedMatmul(other, shapeA, shapeB).reshape(
        Array(shape.dropLast()) + [n])
    }
    let a = expand(batch + [m, k])
    let b = other.expand(batch + [k, n])
    let (kept, keptOther) = (saved(if: other.requiresGrad), other.saved(if: requiresGrad))
    let (ownShape, otherShape) = (shape, other.shape)
    return MatrixProduct.ofBatches(a, b).recording(self, other) { g in
      [
        keptOther.map { g.matmul($0.unchanged(for: "matmul").T).summed(to: ownShape) },
        kept.map { $0.unchanged(for: "matmul").T.matmul(g).summed(to: otherShape) },
      ]
    }
  }

  /// `x · weightᵀ + bias`: what a linear layer computes.
  ///
  /// - Parameters:
  ///   - weight: `[out, in]`, as PyTorch stores it; may be of half size.
  ///   - bias: `[out]`, which each sum starts from.
  /// - Returns: `[…, out]` for a tensor `[…, in]`.
  public func linear(weight: Tensor, bias: Tensor? = nil) -> Tensor {
    linear(weight: weight, bias: bias, as: "linear")
  }

  /// The same as a step of `operation`.
  func linear(weight: Tensor, bias: Tensor?, as operation: String) -> Tensor {
    guard let size = shape.last, weight.rank == 2, size == weight.shape[1] else {
      fail(operation, "an input of shape \(shape) does not fit a weight of shape \(weight.shape) ([out, in])")
    }
    if let bias, bias.shape != [weight.shape[0]] {
      fail(operation, "a bias of shape \(bias.shape) does not fit a weight of shape \(weight.shape) ([out, in])")
    }
    var resultShape = shape
    resultShape[rank - 1] = weight.shape[0]
    let result = Tensor(uninitialized: resultShape, operation)
    let x = withRegularRows()
    MatrixProduct.multiply(MatrixView(rowsOf: x), MatrixView(rowsOf: weight).transposed, bias: bias, into: result)
    let (keptX, keptWeight) = (x.saved(if: weight.requiresGrad), weight.saved(if: requiresGrad))
    let (ownShape, weightShape) = (shape, weight.shape)
    let (hasBias, wantsBias) = (bias != nil, bias?.requiresGrad ?? false)
    return result.recording(bias.map { [self, weight, $0] } ?? [self, weight]) { gradient in
      let g = MatrixView(rowsOf: gradient.packed())
      let dx = keptWeight.map {
        MatrixProduct.of(g, MatrixView(rowsOf: $0.unchanged(for: operation)), shape: ownShape)
      }
      let x = keptX.map { MatrixView(rowsOf: $0.unchanged(for: operation)) }
      // Both in one pass where both are wanted. (A single column is summed as a row is.)
      if let x, wantsBias && weightShape[0] > 1 && size > 0 {
        let (dw, db) = MatrixProduct.withColumnSums(g, x)
        return [dx, dw, db]
      }
      let dw = x.map { MatrixProduct.of(g.transposed, $0, shape: weightShape) }
      if !hasBias { return [dx, dw] }
      return [dx, dw, wantsBias ? gradient.reshape([g.rows, g.columns]).sum(dim: 0) : nil]
    }
  }
}
