// Matrix products.

import Synchronization

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
    let batch = Shape.broadcast(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)), "matmul")
    // Many matrices times one: a single product with more rows.
    if other.rank == 2 && rank > 2 {
      return reshape([Shape.count(Array(shape.dropLast())), k]).checkedMatmul(other, shapeA, shapeB).reshape(
        Array(shape.dropLast()) + [n])
    }
    let a = expand(batch + [m, k])
    let b = other.expand(batch + [k, n])
    return BatchedGemm.multiply(a, b).recording(self, other) { g in
      [
        self.requiresGrad ? g.matmul(other.detached().T).summed(to: self.shape) : nil,
        other.requiresGrad ? self.detached().T.matmul(g).summed(to: other.shape) : nil,
      ]
    }
  }

  /// `x · weightᵀ + bias`: what a linear layer computes.
  ///
  /// - Parameters:
  ///   - weight: `[out, in]`, as PyTorch stores it; may be of half size.
  ///   - bias: `[out]`; each sum starts from it.
  /// - Returns: `[…, out]` for a tensor `[…, in]`.
  public func linear(weight: Tensor, bias: Tensor? = nil) -> Tensor {
    guard let size = shape.last, weight.rank == 2, size == weight.shape[1] else {
      fail("linear", "an input of shape \(shape) does not fit a weight of shape \(weight.shape) ([out, in])")
    }
    if let bias, bias.shape != [weight.shape[0]] {
      fail("linear", "a bias of shape \(bias.shape) does not fit a weight of shape \(weight.shape) ([out, in])")
    }
    let x = reshape([Shape.count(Array(shape.dropLast())), size])
    let result = BatchedGemm.multiply(x.detached(), weight.detached().T, start: bias)
      .reshape(Array(shape.dropLast()) + [weight.shape[0]])
    return result.recording([self, weight] + (bias.map { [$0] } ?? [])) { g in
      let g = g.reshape([x.shape[0], weight.shape[0]]).packed()
      let dx = self.requiresGrad ? g.matmul(weight.detached()).reshape(self.shape) : nil
      // Together where both are wanted; a single column is summed as a row is.
      if let bias, weight.requiresGrad && bias.requiresGrad && bias.count > 1 && size > 0 {
        let (dw, db) = BatchedGemm.multiplyAndSum(g, x.detached())
        return [dx, dw, db]
      }
      let dw = weight.requiresGrad ? g.T.matmul(x.detached()) : nil
      return [dx, dw] + (bias.map { [$0.requiresGrad ? g.sum(dim: 0) : nil] } ?? [])
    }
  }
}

/// Products of many pairs of matrices, straight from their strides, split among the threads.
enum BatchedGemm {
  /// Operations worth a thread of their own: some 10 µs.
  static let grain = 1_000_000

  /// `[…, M, K] · […, K, N]` with equal leading dimensions.
  ///
  /// - Parameter start: `[N]`, where each sum begins, or `nil` for zero.
  static func multiply(_ a: Tensor, _ b: Tensor, start: Tensor? = nil) -> Tensor {
    let batchShape = Array(a.shape.dropLast(2))
    let result = Tensor(uninitialized: batchShape + [a.size(-2), b.size(-1)])
    multiply(a, b, start: start, into: result)
    return result
  }

  /// `aᵀ · b` and the sums of a's columns in one go: of a linear layer, the gradients of the weight and the bias.
  ///
  /// - Parameters:
  ///   - a: `[K, M]`, row by row without gaps, `M` at least 2.
  ///   - b: `[K, N]`.
  /// - Returns: `[M, N]` and `[M]`.
  static func multiplyAndSum(_ a: Tensor, _ b: Tensor) -> (product: Tensor, sums: Tensor) {
    let (k, m) = (a.shape[0], a.shape[1])
    let product = Tensor(uninitialized: [m, b.shape[1]])
    let sums = Tensor(uninitialized: [m])
    a.read { x in
      sums.write { sums in
        multiply(a.T, b, into: product) { Reductions.sumColumns(x, rows: k, columns: m, range: $0, to: sums) }
      }
    }
    return (product, sums)
  }

  /// The same into memory that is there already; rows of `result` may be apart, its columns not.
  ///
  /// - Parameter beside: other work on rows of `a`, called with parts of `0..<M` that cover it; for one pair of matrices.
  static func multiply(
    _ a: Tensor, _ b: Tensor, start: Tensor? = nil, into result: Tensor, beside: ((Range<Int>) -> Void)? = nil
  ) {
    let (m, k, n) = (a.size(-2), a.size(-1), b.size(-1))
    if result.count == 0 { return }
    let start = start?.packed()
    let runs = BatchOffsets(shape: Array(a.shape.dropLast(2)), tensors: [a, b, result])
    withExtendedLifetime((a.storage, b.storage, result.storage, start?.storage)) {
      let startPointer = start.map { UnsafePointer($0.storage.floats + $0.offset) }
      func product(_ batch: Int) -> Gemm {
        Gemm(
          rows: m, columns: n, depth: k, a: operand(a, runs.offset(batch, 0)), b: operand(b, runs.offset(batch, 1)),
          c: result.storage.floats + runs.offset(batch, 2), cStride: result.strides[result.rank - 2],
          start: startPointer)
      }
      let each = max(1, 2 * m * n * k)
      if runs.count > 1 {
        parallelFor(runs.count, grain: share(grain, each)) { batches in
          ProductMemory.lend { scratch in
            for batch in batches { product(batch).compute(rows: 0..<m, columns: 0..<n, &scratch) }
          }
        }
      } else if n >= m {
        parallelFor(n, grain: share(grain * n, each), multiple: GemmTile.columns) { columns in
          ProductMemory.lend { product(0).compute(rows: 0..<m, columns: columns, &$0) }
          beside?(columns.lowerBound * m / n..<columns.upperBound * m / n)
        }
      } else {
        parallelFor(m, grain: share(grain * m, each), multiple: GemmTile.rows) { rows in
          ProductMemory.lend { product(0).compute(rows: rows, columns: 0..<n, &$0) }
          beside?(rows)
        }
      }
    }
  }

  private static func operand(_ x: Tensor, _ offset: Int) -> MatrixOperand {
    MatrixOperand(
      base: UnsafeRawPointer(x.storage.base) + offset * x.elementType.byteCount, elementType: x.elementType,
      rowStride: x.strides[x.rank - 2], columnStride: x.strides[x.rank - 1])
  }
}

/// Memory for packed panels that products borrow one after the other: at most one piece for each thread, never given back,
/// since the system clears what it takes back, and small blocks that settle in its place would break it up.
enum ProductMemory {
  private final class Piece: Sendable {
    let scratch = Mutex(GemmScratch())
  }

  private static let idle = Mutex<[Piece]>([])

  /// Calls `body` with a piece that nobody else has.
  static func lend(_ body: (inout GemmScratch) -> Void) {
    let piece = idle.withLock { $0.popLast() } ?? Piece()
    piece.scratch.withLock { body(&$0) }
    idle.withLock { $0.append(piece) }
  }
}

/// Where each matrix of a batch begins, for several tensors with the same leading dimensions.
struct BatchOffsets {
  let count: Int
  private let shape: [Int]
  private let strides: [[Int]]
  private let starts: [Int]

  init(shape: [Int], tensors: [Tensor]) {
    self.shape = shape
    self.count = Shape.count(shape)
    self.strides = tensors.map { Array($0.strides.prefix(shape.count)) }
    self.starts = tensors.map { $0.offset }
  }

  func offset(_ batch: Int, _ tensor: Int) -> Int {
    var rest = batch
    var offset = starts[tensor]
    for dimension in stride(from: shape.count - 1, through: 0, by: -1) {
      offset += rest % shape[dimension] * strides[tensor][dimension]
      rest /= shape[dimension]
    }
    return offset
  }
}
