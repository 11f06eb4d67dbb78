/// Matrix products with one to four rows and a right matrix of half-size floats: a decoder's step with the weights of a
/// large model.
///
/// Numbers are widened in registers, so that only half of the bytes come from memory. Rows go two by two: the second two
/// find the weights in the cache. The order of accumulation is that of `GemmTile`: one chain for each element, ascending k.
enum GemmSkinnyHalf {
  /// - Parameter scratch: memory for the rows of a.
  static func compute(_ g: Gemm, rows: Range<Int>, columns: Range<Int>, _ scratch: inout GemmScratch) {
    let width = min(2, rows.count)
    let pairCount = (rows.count &+ 1) / 2
    let left = scratch.reserve(pairCount &* width &* g.depth)
    let groups = RowGroups(
      left: left, leftStride: width &* g.depth, c: g.c + rows.lowerBound &* g.cStride, cStride: g.cStride,
      count: rows.count, start: g.start)
    gather(g.a.from(row: rows.lowerBound, column: 0), rows.count, g.depth, left, width)
    if g.b.elementType == .bfloat16 {
      compute(BFloat16Format.self, g, groups, columns)
    } else {
      compute(Float16Format.self, g, groups, columns)
    }
  }

  /// Copies the rows of a for each group as `[depth][width]`; a row that a last pair lacks is zero.
  private static func gather(
    _ a: MatrixOperand, _ count: Int, _ depth: Int, _ target: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    for i in 0..<((count &+ width &- 1) / width &* width) {
      let to = target + (i / width &* width &* depth &+ i % width)
      for k in 0..<depth { to[width &* k] = i < count ? a.element(row: i, column: k) : 0 }
    }
  }

  /// The rows of a and c, one alone or two by two.
  private struct RowGroups {
    let left: UnsafePointer<Float>
    /// Floats from one group to the next.
    let leftStride: Int
    let c: UnsafeMutablePointer<Float>
    let cStride: Int
    let count: Int
    let start: UnsafePointer<Float>?

    @inline(__always)
    func group(_ first: Int) -> RowGroup {
      RowGroup(
        left: left + first / 2 &* leftStride, c: c + first &* cStride, cStride: cStride, hasTwo: first &+ 1 < count,
        start: start)
    }
  }

  /// One or two rows.
  private struct RowGroup {
    let left: UnsafePointer<Float>
    let c: UnsafeMutablePointer<Float>
    let cStride: Int
    let hasTwo: Bool
    let start: UnsafePointer<Float>?

    /// The sums of eight columns: where they begin, or how far they are.
    @inline(__always)
    func sums(_ column: Int, isFirst: Bool) -> Sums {
      if isFirst {
        let first = start.map { load($0 + column) } ?? .zero
        return (first, first)
      }
      return (load(c + column), hasTwo ? load(c + (cStride &+ column)) : .zero)
    }

    @inline(__always)
    func put(_ sums: Sums, _ column: Int) {
      store(sums.0, c + column)
      if hasTwo { store(sums.1, c + (cStride &+ column)) }
    }
  }

  /// The sums of eight columns in two rows.
  private typealias Sums = (SIMD8<Float>, SIMD8<Float>)

  @inline(__always)
  private static func compute<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ groups: RowGroups, _ columns: Range<Int>
  ) {
    // The compiler makes loops of their own for one and for two rows.
    if groups.count == 1 {
      compute(format, g, groups, 1, columns)
    } else {
      compute(format, g, groups, 2, columns)
    }
  }

  @inline(__always)
  private static func compute<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ groups: RowGroups, _ width: Int, _ columns: Range<Int>
  ) {
    var column = columns.lowerBound
    if g.b.rowStride == 1 {
      while column &+ 16 <= columns.upperBound {
        for row in stride(from: 0, to: groups.count, by: width) {
          alongColumns(format, g, groups.group(row), width, column)
        }
        column &+= 16
      }
    } else if g.b.columnStride == 1 {
      column &+= columns.count & ~7
      alongRows(format, g, groups, width, columns.lowerBound..<column)
    }
    // What is left over at the edge, and other strides.
    while column < columns.upperBound {
      let b = g.b.from(row: 0, column: column)
      for row in 0..<groups.count {
        let left = groups.left + (row / width &* groups.leftStride &+ row % width)
        var sum = g.start.map { $0[column] } ?? 0
        for k in 0..<g.depth { sum.addProduct(left[width &* k], b.element(row: k, column: 0)) }
        groups.c[row &* groups.cStride &+ column] = sum
      }
      column &+= 1
    }
  }

  /// By how many steps the second eight columns go behind the first: a cache line. The first-level cache has eight places
  /// for lines that lie a multiple of 4 KiB apart, so sixteen such columns would drive each other out.
  private static let lag = 32

  /// Sixteen columns, each contiguous in memory (a weight matrix `[out, in]` used transposed).
  @inline(__always)
  private static func alongColumns<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ rows: RowGroup, _ width: Int, _ column: Int
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

  /// Columns that lie side by side, a multiple of eight. Eight rows of b are read from the left to the right, the order that
  /// memory likes best; the sums wait in c.
  @inline(__always)
  private static func alongRows<Format: HalfFormat>(
    _ format: Format.Type, _ g: Gemm, _ groups: RowGroups, _ width: Int, _ columns: Range<Int>
  ) {
    let stride = g.b.rowStride
    let b = g.b.base.assumingMemoryBound(to: UInt16.self)
    let whole = g.depth & ~7
    for k in Swift.stride(from: 0, to: whole, by: 8) {
      for row in Swift.stride(from: 0, to: groups.count, by: width) {
        let rows = groups.group(row)
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
    }
    for k in whole..<g.depth {
      for row in Swift.stride(from: 0, to: groups.count, by: width) {
        let rows = groups.group(row)
        for column in Swift.stride(from: columns.lowerBound, to: columns.upperBound, by: 8) {
          var sums = rows.sums(column, isFirst: k == 0)
          addRow(Format.widen(load(b + (k &* stride &+ column))), rows.left + k &* width, width, &sums)
          rows.put(sums, column)
        }
      }
    }
  }
}
