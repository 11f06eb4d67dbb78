import Tensors

/// Something whose speed is measured, with the same work described for PyTorch.
struct Workload: Sendable {
  /// What `--only` looks for, and the name of the table's row.
  let name: String
  /// The kind of work, as the other side knows it, and its sizes.
  let kind: String
  let sizes: [Int]
  /// Floating-point operations of one run, a multiply-add counted as two; those of the matrix products only.
  let operations: Double
  /// Makes what the work needs; the result does it once.
  let prepare: @Sendable () throws -> () throws -> Void
}

extension Workload {
  /// Everything that is measured, in the order of the table.
  static let all = matrices + models

  // MARK: Matrix products

  private static let matrices: [Workload] =
    [512, 1024].map { matmul($0, $0, $0) }
    + [197, 394].flatMap { rows in [(768, 768), (768, 3072), (3072, 768)].map { linear(rows, $0.0, $0.1) } }
    + [1, 4].flatMap { rows in [(768, 768), (768, 3072), (3072, 768)].map { linear(rows, $0.0, $0.1) } }
    + [
      scores(24, 197, 64, 197), batched(24, 197, 197, 64),
      scores(256, 17, 16, 17), batched(256, 17, 17, 16),
    ]

  /// `[rows, depth] · [depth, columns]`.
  private static func matmul(_ rows: Int, _ depth: Int, _ columns: Int) -> Workload {
    product("matmul", "matmul", nil, rows, depth, columns) { Tensor.randn([depth, columns]) }
  }

  /// Attention's mean of values: a batch of products, all operands in row-major order.
  private static func batched(_ count: Int, _ rows: Int, _ depth: Int, _ columns: Int) -> Workload {
    product("batched", "batched", count, rows, depth, columns) { Tensor.randn([count, depth, columns]) }
  }

  /// Attention's scores: a batch of products whose right operands lie transposed.
  private static func scores(_ count: Int, _ rows: Int, _ depth: Int, _ columns: Int) -> Workload {
    product("batched-transposed", "scores", count, rows, depth, columns) { Tensor.randn([count, columns, depth]).T }
  }

  private static func product(
    _ name: String, _ kind: String, _ count: Int?, _ rows: Int, _ depth: Int, _ columns: Int,
    right: @escaping @Sendable () -> Tensor
  ) -> Workload {
    let batch = count.map { [$0] } ?? []
    let sizes = batch + [rows, depth, columns]
    return Workload(
      name: ([name] + sizes.map(String.init)).joined(separator: "-"), kind: kind, sizes: sizes,
      operations: 2 * sizes.reduce(1.0) { $0 * Double($1) }
    ) {
      let a = Tensor.randn(batch + [rows, depth])
      let b = right()
      return { _ = noGrad { a.matmul(b) } }
    }
  }

  /// `x · weightᵀ + bias` with a weight of `[columns, depth]`.
  private static func linear(_ rows: Int, _ depth: Int, _ columns: Int) -> Workload {
    Workload(
      name: "linear-\(rows)-\(depth)-\(columns)", kind: "linear", sizes: [rows, depth, columns],
      operations: 2 * Double(rows) * Double(depth) * Double(columns)
    ) {
      let x = Tensor.randn([rows, depth])
      let weight = Tensor.randn([columns, depth])
      let bias = Tensor.randn([columns])
      return { _ = noGrad { x.linear(weight: weight, bias: bias) } }
    }
  }
}
