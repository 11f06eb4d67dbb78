import Synchronization

/// The schedule of matrix products: which thread computes which part. The products are computed from the operands'
/// strides, without transposed copies.
enum MatrixProduct {
  /// Operations that are worth a thread of their own: some 10 µs.
  static let grain = 1_000_000

  /// `a · b` for tensors `[…, M, K]` and `[…, K, N]` with equal leading dimensions.
  static func ofBatches(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (m, k, n) = (a.size(-2), a.size(-1), b.size(-1))
    let result = Tensor(uninitialized: Array(a.shape.dropLast(2)) + [m, n], "matmul")
    if result.count == 0 { return result }
    let batches = BatchOffsets(shape: Array(a.shape.dropLast(2)), tensors: [a, b, result])
    func product(_ batch: Int) -> Gemm {
      Gemm(
        rows: m, columns: n, depth: k, a: a.matrix(at: batches.offset(batch, 0)),
        b: b.matrix(at: batches.offset(batch, 1)),
        c: ResultRows(base: result.storage.floats + batches.offset(batch, 2), stride: n), bias: nil)
    }
    withExtendedLifetime((a.storage, b.storage, result.storage)) {
      if batches.count == 1 { return split(product(0)) }
      parallelFor(batches.count, grain: grainSize(total: grain, perItem: 2 * m * n * k)) { part in
        ScratchPool.withScratch { scratch in
          for batch in part { product(batch).compute(rows: 0..<m, columns: 0..<n, &scratch) }
        }
      }
    }
    return result
  }

  /// A new tensor with the product of two matrices.
  static func of(_ a: MatrixView, _ b: MatrixView, shape: [Int]) -> Tensor {
    let result = Tensor(uninitialized: shape)
    multiply(a, b, into: result)
    return result
  }

  /// `aᵀ · b` and the sums of a's columns: of a linear layer, the gradients of the weight and the bias.
  ///
  /// - Parameters:
  ///   - a: `[K, M]`, 32-bit, row by row without gaps, `M` at least 2.
  ///   - b: `[K, N]`, `N` at least 1.
  /// - Returns: `[M, N]` and `[M]`.
  static func withColumnSums(_ a: MatrixView, _ b: MatrixView) -> (product: Tensor, sums: Tensor) {
    let product = Tensor(uninitialized: [a.columns, b.columns])
    let sums = Tensor(uninitialized: [a.columns])
    a.withOperand { x in
      sums.write { sums in
        multiply(a.transposed, b, into: product) {
          Reductions.sumColumns(
            x.base.assumingMemoryBound(to: Float.self), rows: a.rows, columns: a.columns, range: $0, to: sums)
        }
      }
    }
    return (product, sums)
  }

  /// `result = bias + a · b`.
  ///
  /// - Parameters:
  ///   - bias: `[N]`, or `nil` for zeros.
  ///   - result: new memory for `M · N` numbers.
  ///   - task: other work on the rows of the result, which each thread does after its part of the product. It is called
  ///     with parts of `0..<M` that cover it.
  static func multiply(
    _ a: MatrixView, _ b: MatrixView, bias: Tensor? = nil, into result: Tensor,
    alongside task: ((Range<Int>) -> Void)? = nil
  ) {
    if result.count == 0 { return }
    let bias = bias?.packed()
    withExtendedLifetime(bias) {
      a.withOperand { left in
        b.withOperand { right in
          result.write { c in
            split(
              Gemm(
                rows: a.rows, columns: b.columns, depth: a.columns, a: left, b: right,
                c: ResultRows(base: c, stride: b.columns),
                bias: bias.map { UnsafePointer($0.storage.floats + $0.offset) }),
              alongside: task)
          }
        }
      }
    }
  }

  /// One product by all threads, each a part of the longer side.
  private static func split(_ product: Gemm, alongside task: ((Range<Int>) -> Void)? = nil) {
    let (m, n) = (product.rows, product.columns)
    let work = max(1, 2 * m * n * product.depth)
    if n >= m {
      parallelFor(n, grain: grainSize(total: grain * n, perItem: work), multiple: GemmTile.columns) { columns in
        ScratchPool.withScratch { product.compute(rows: 0..<m, columns: columns, &$0) }
        task?(columns.lowerBound * m / n..<columns.upperBound * m / n)
      }
    } else {
      parallelFor(m, grain: grainSize(total: grain * m, perItem: work), multiple: GemmTile.rows) { rows in
        ScratchPool.withScratch { product.compute(rows: rows, columns: 0..<n, &$0) }
        task?(rows)
      }
    }
  }
}

extension Tensor {
  /// The matrix of the last two dimensions that begins at an offset in memory.
  fileprivate func matrix(at offset: Int) -> MatrixOperand {
    MatrixOperand(storage, offset: offset, rowStride: strides[rank - 2], columnStride: strides[rank - 1])
  }
}

/// Memory for packed panels, at most one piece for each thread. It is kept: the system clears memory that it takes
/// back, and small blocks allocated in its place would leave gaps.
enum ScratchPool {
  private final class Piece: Sendable {
    let scratch = Mutex(GemmScratch())
  }

  private static let idle = Mutex<[Piece]>([])

  /// Calls `body` with a piece that no other thread uses.
  static func withScratch(_ body: (inout GemmScratch) -> Void) {
    let piece = idle.withLock { $0.popLast() } ?? Piece()
    piece.scratch.withLock { body(&$0) }
    idle.withLock { $0.append(piece) }
  }
}

/// The offset of each matrix of a batch, for several tensors with the same leading dimensions.
private struct BatchOffsets {
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
