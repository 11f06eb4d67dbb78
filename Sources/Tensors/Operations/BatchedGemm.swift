import Synchronization

/// Products of matrices, straight from their strides, split among the threads.
enum BatchedGemm {
  /// Operations worth a thread of their own: some 10 µs.
  static let grain = 1_000_000

  /// `[…, M, K] · […, K, N]` with equal leading dimensions.
  static func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (m, k, n) = (a.size(-2), a.size(-1), b.size(-1))
    let result = Tensor(uninitialized: Array(a.shape.dropLast(2)) + [m, n], "matmul")
    if result.count == 0 { return result }
    let runs = BatchOffsets(shape: Array(a.shape.dropLast(2)), tensors: [a, b, result])
    func product(_ batch: Int) -> Gemm {
      Gemm(
        rows: m, columns: n, depth: k, a: a.matrix(at: runs.offset(batch, 0)), b: b.matrix(at: runs.offset(batch, 1)),
        c: result.storage.floats + runs.offset(batch, 2), cStride: n, start: nil)
    }
    withExtendedLifetime((a.storage, b.storage, result.storage)) {
      if runs.count == 1 { return split(product(0)) }
      parallelFor(runs.count, grain: share(grain, 2 * m * n * k)) { batches in
        ProductMemory.lend { scratch in
          for batch in batches { product(batch).compute(rows: 0..<m, columns: 0..<n, &scratch) }
        }
      }
    }
    return result
  }

  /// A new tensor with the product of two matrices.
  static func product(_ a: MatrixView, _ b: MatrixView, shape: [Int]) -> Tensor {
    let result = Tensor(uninitialized: shape)
    multiply(a, b, into: MatrixView(rowsOf: result))
    return result
  }

  /// `aᵀ · b` and the sums of a's columns in one go: of a linear layer, the gradients of the weight and the bias.
  ///
  /// - Parameters:
  ///   - a: `[K, M]`, 32-bit, row by row without gaps, `M` at least 2.
  ///   - b: `[K, N]`, `N` at least 1.
  /// - Returns: `[M, N]` and `[M]`.
  static func productAndSums(_ a: MatrixView, _ b: MatrixView) -> (product: Tensor, sums: Tensor) {
    let product = Tensor(uninitialized: [a.columns, b.columns])
    let sums = Tensor(uninitialized: [a.columns])
    a.withOperand { x in
      sums.write { sums in
        multiply(a.transposed, b, into: MatrixView(rowsOf: product)) {
          Reductions.sumColumns(
            x.base.assumingMemoryBound(to: Float.self), rows: a.rows, columns: a.columns, range: $0, to: sums)
        }
      }
    }
    return (product, sums)
  }

  /// `c = start + a · b`.
  ///
  /// - Parameters:
  ///   - start: `[N]`, where each sum begins, or `nil` for zero.
  ///   - c: 32-bit, its columns side by side; of a tensor that is no copy.
  ///   - beside: other work on rows of `c`, called with parts of `0..<M` that cover it.
  static func multiply(
    _ a: MatrixView, _ b: MatrixView, start: Tensor? = nil, into c: MatrixView, beside: ((Range<Int>) -> Void)? = nil
  ) {
    if c.rows == 0 || c.columns == 0 { return }
    let start = start?.packed()
    withExtendedLifetime(start) {
      a.withOperand { left in
        b.withOperand { right in
          c.withOperand { result in
            split(
              Gemm(
                rows: c.rows, columns: c.columns, depth: a.columns, a: left, b: right,
                c: UnsafeMutableRawPointer(mutating: result.base).assumingMemoryBound(to: Float.self),
                cStride: result.rowStride, start: start.map { UnsafePointer($0.storage.floats + $0.offset) }),
              beside: beside)
          }
        }
      }
    }
  }

  /// One product by all threads, each a part of the longer side.
  private static func split(_ product: Gemm, beside: ((Range<Int>) -> Void)? = nil) {
    let (m, n) = (product.rows, product.columns)
    let each = max(1, 2 * m * n * product.depth)
    if n >= m {
      parallelFor(n, grain: share(grain * n, each), multiple: GemmTile.columns) { columns in
        ProductMemory.lend { product.compute(rows: 0..<m, columns: columns, &$0) }
        beside?(columns.lowerBound * m / n..<columns.upperBound * m / n)
      }
    } else {
      parallelFor(m, grain: share(grain * m, each), multiple: GemmTile.rows) { rows in
        ProductMemory.lend { product.compute(rows: rows, columns: 0..<n, &$0) }
        beside?(rows)
      }
    }
  }
}

extension Tensor {
  /// The matrix of the last two dimensions that begins at a place in memory.
  fileprivate func matrix(at offset: Int) -> MatrixOperand {
    MatrixOperand(storage, offset: offset, rowStride: strides[rank - 2], columnStride: strides[rank - 1])
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
