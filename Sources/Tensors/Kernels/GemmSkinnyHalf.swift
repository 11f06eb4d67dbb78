/// Matrix products with one or two rows and a right matrix of half-size floats: a decoder's step with the weights of a
/// large model.
///
/// Numbers are widened in registers, so that only half of the bytes come from memory. The order of accumulation is that
/// of `GemmTile`: one chain for each element, in ascending k.
enum GemmSkinnyHalf {
  /// With more rows, widening once for all of them (as packing does) is faster.
  static let mostRows = 2

  /// - Parameter scratch: memory for the rows of a.
  static func compute(_ g: Gemm, rows: Range<Int>, columns: Range<Int>, _ scratch: inout GemmScratch) {
    // The rows of a, side by side for each k: [depth][width].
    let width = rows.count
    let left = scratch.reserve(width &* g.depth)
    for i in 0..<width {
      for k in 0..<g.depth { left[width &* k &+ i] = g.a.element(row: rows.lowerBound &+ i, column: k) }
    }
    let c = ResultRows(base: g.c.base + rows.lowerBound &* g.c.stride, stride: g.c.stride)
    let rows = Rows(left: left, c: c, hasTwo: width == 2, bias: g.bias)
    if g.b.elementType == .bfloat16 {
      compute(BFloat16Format.self, g, rows, columns)
    } else {
      compute(Float16Format.self, g, rows, columns)
    }
  }

  /// The one or two rows of a and c.
  private struct Rows {
    let left: UnsafePointer<Float>
    let c: ResultRows
    let hasTwo: Bool
    let bias: UnsafePointer<Float>?

    /// The sums of eight columns before the first step or after some.
    @inline(__always)
    func sums(_ column: Int, isFirst: Bool) -> Sums {
      if isFirst {
        let first = bias.map { load($0 + column) } ?? .zero
        return (first, first)
      }
      return (load(c.base + column), hasTwo ? load(c.base + (c.stride &+ column)) : .zero)
    }

    @inline(__always)
    func put(_ sums: Sums, _ column: Int) {
      store(sums.0, c.base + column)
      if hasTwo { store(sums.1, c.base + (c.stride &+ column)) }
    }
  }

  /// The sums of eight columns in two rows.
  private typealias Sums = (SIMD8<Float>, SIMD8<Float>)

  @inline(__always)
  private static func compute<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ rows: Rows, _ columns: Range<Int>
  ) {
    // The compiler makes separate loops for one and for two rows.
    if rows.hasTwo {
      compute(format, g, rows, 2, columns)
    } else {
      compute(format, g, rows, 1, columns)
    }
  }

  @inline(__always)
  private static func compute<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ rows: Rows, _ width: Int, _ columns: Range<Int>
  ) {
    var column = columns.lowerBound
    if g.b.rowStride == 1 {
      while column &+ 16 <= columns.upperBound {
        alongColumns(format, g, rows, width, column)
        column &+= 16
      }
    } else if g.b.columnStride == 1 {
      column &+= columns.count & ~7
      alongRows(format, g, rows, width, columns.lowerBound..<column)
    }
    // The columns at the edge, and other strides.
    while column < columns.upperBound {
      let b = g.b.from(row: 0, column: column)
      for row in 0..<width {
        var sum = g.bias.map { $0[column] } ?? 0
        for k in 0..<g.depth { sum.addProduct(rows.left[width &* k &+ row], b.element(row: k, column: 0)) }
        rows.c.base[row &* rows.c.stride &+ column] = sum
      }
      column &+= 1
    }
  }

  /// By how many steps the second eight columns follow the first: a cache line. Sixteen lines that lie multiples of 4
  /// KiB apart do not fit into one set of the first-level cache, which holds eight; without the lag such columns, of
  /// 2,048 numbers say, take 1.6 times as long.
  private static let lag = 32

  /// Sixteen columns, each contiguous in memory (a weight matrix `[out, in]` used transposed).
  @inline(__always)
  private static func alongColumns<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ rows: Rows, _ width: Int, _ column: Int
  ) {
    let stride = g.b.columnStride
    let b = g.b.base.assumingMemoryBound(to: UInt16.self) + column &* stride
    let bNext = b + 8 &* stride
    let left = rows.left
    var sums = rows.sums(column, isFirst: true)
    var sumsNext = rows.sums(column &+ 8, isFirst: true)
    let whole = g.depth & ~7
    var k = 0
    while k < whole &+ lag {
      if k < whole {
        fetchAhead(b, stride: stride, k, depth: g.depth, after: 16 &* stride)
        addSquare(format, b + k, stride, left + k &* width, width, &sums)
      }
      let behind = k &- lag
      if behind >= 0 {
        fetchAhead(bNext, stride: stride, behind, depth: g.depth, after: 16 &* stride)
        addSquare(format, bNext + behind, stride, left + behind &* width, width, &sumsNext)
      }
      k &+= 8
    }
    for k in whole..<g.depth {
      addRow(Format.widen(gathered(b + k, stride)), left + k &* width, width, &sums)
      addRow(Format.widen(gathered(bNext + k, stride)), left + k &* width, width, &sumsNext)
    }
    rows.put(sums, column)
    rows.put(sumsNext, column &+ 8)
  }

  /// Eight steps of eight columns.
  @inline(__always)
  private static func addSquare<Format: HalfFormat>(
    _ format: Format.Type, _ b: UnsafePointer<UInt16>, _ stride: Int, _ x: UnsafePointer<Float>, _ width: Int,
    _ sums: inout Sums
  ) {
    let t = transposedColumns(b, stride: stride)
    addRow(Format.widen(t.0), x, width, &sums)
    addRow(Format.widen(t.1), x + width, width, &sums)
    addRow(Format.widen(t.2), x + 2 &* width, width, &sums)
    addRow(Format.widen(t.3), x + 3 &* width, width, &sums)
    addRow(Format.widen(t.4), x + 4 &* width, width, &sums)
    addRow(Format.widen(t.5), x + 5 &* width, width, &sums)
    addRow(Format.widen(t.6), x + 6 &* width, width, &sums)
    addRow(Format.widen(t.7), x + 7 &* width, width, &sums)
  }

  /// One step of eight columns.
  @inline(__always)
  private static func addRow(_ b: SIMD8<Float>, _ x: UnsafePointer<Float>, _ width: Int, _ sums: inout Sums) {
    sums.0.addProduct(SIMD8(repeating: x[0]), b)
    if width == 2 { sums.1.addProduct(SIMD8(repeating: x[1]), b) }
  }

  @inline(__always)
  private static func gathered(_ b: UnsafePointer<UInt16>, _ stride: Int) -> SIMD8<UInt16> {
    SIMD8(
      b[0], b[stride], b[2 &* stride], b[3 &* stride], b[4 &* stride], b[5 &* stride], b[6 &* stride], b[7 &* stride])
  }

  /// Columns that lie side by side, a multiple of eight. Eight rows of b are read from left to right, the order in
  /// which memory is fastest; the sums are kept in c.
  @inline(__always)
  private static func alongRows<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ rows: Rows, _ width: Int, _ columns: Range<Int>
  ) {
    let stride = g.b.rowStride
    let b = g.b.base.assumingMemoryBound(to: UInt16.self)
    let whole = g.depth & ~7
    for k in Swift.stride(from: 0, to: whole, by: 8) {
      let x = rows.left + k &* width
      for column in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: 8) {
        let upper = b + (k &* stride &+ column)
        let lower = upper + 4 &* stride
        var sums = rows.sums(column, isFirst: k == 0)
        addRow(Format.widen(load(upper)), x, width, &sums)
        addRow(Format.widen(load(upper + stride)), x + width, width, &sums)
        addRow(Format.widen(load(upper + 2 &* stride)), x + 2 &* width, width, &sums)
        addRow(Format.widen(load(upper + 3 &* stride)), x + 3 &* width, width, &sums)
        addRow(Format.widen(load(lower)), x + 4 &* width, width, &sums)
        addRow(Format.widen(load(lower + stride)), x + 5 &* width, width, &sums)
        addRow(Format.widen(load(lower + 2 &* stride)), x + 6 &* width, width, &sums)
        addRow(Format.widen(load(lower + 3 &* stride)), x + 7 &* width, width, &sums)
        rows.put(sums, column)
      }
    }
    for k in whole..<g.depth {
      for column in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: 8) {
        var sums = rows.sums(column, isFirst: k == 0)
        addRow(Format.widen(load(b + (k &* stride &+ column))), rows.left + k &* width, width, &sums)
        rows.put(sums, column)
      }
    }
  }
}
