/// Matrix products with one to four rows: a decoder's step, a single image's head.
///
/// They are bound by reading `b` once, so `b` is used where it lies and never packed. The order of
/// accumulation is that of `GemmTile`: one chain for each element, ascending k. `GemmSkinnyHalf` has the way with
/// half-size weights.
enum GemmSkinny {
  static let maximumRows = 4

  /// - Parameter scratch: memory for the rows of a.
  static func compute(_ g: Gemm, rows: Range<Int>, columns: Range<Int>, _ scratch: inout GemmScratch) {
    if g.b.elementType != .float32 { return GemmSkinnyHalf.compute(g, rows: rows, columns: columns, &scratch) }
    let count = rows.count
    // The rows of a, side by side for each k, padded to four: [depth][4].
    let left = scratch.reserve(g.depth &* 4)
    gatherRows(g.a.from(row: rows.lowerBound, column: 0), count, g.depth, left)
    let c = g.c + rows.lowerBound &* g.cStride
    var column = columns.lowerBound
    if g.b.columnStride == 1 {
      while column &+ 16 <= columns.upperBound {
        alongRows(g, left, count, c, column)
        column &+= 16
      }
    } else if g.b.rowStride == 1 {
      while column &+ 8 <= columns.upperBound {
        if count <= 2 && column &+ 16 <= columns.upperBound {
          alongColumns16(g, left, count, c, column)
          column &+= 16
        } else {
          alongColumns8(g, left, count, c, column)
          column &+= 8
        }
      }
    }
    while column < columns.upperBound {
      oneColumn(g, left, count, c, column)
      column &+= 1
    }
  }

  private static func gatherRows(
    _ a: MatrixOperand, _ count: Int, _ depth: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    if count < 4 {
      for k in 0..<(depth &* 4) { target[k] = 0 }
    }
    for i in 0..<count {
      for k in 0..<depth { target[4 &* k &+ i] = a.element(row: i, column: k) }
    }
  }

  /// Sixteen columns that lie side by side.
  @inline(__always)
  private static func alongRows(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let b = g.b.base.assumingMemoryBound(to: Float.self) + column
    let stride = g.b.rowStride
    let start0 = g.start.map { load($0 + column) } ?? .zero
    let start1 = g.start.map { load($0 + (column &+ 8)) } ?? .zero
    var c00 = start0
    var c01 = start1
    var c10 = start0
    var c11 = start1
    var c20 = start0
    var c21 = start1
    var c30 = start0
    var c31 = start1
    if count == 1 {
      for k in 0..<g.depth {
        let row = b + k &* stride
        let x = SIMD8<Float>(repeating: left[4 &* k])
        c00.addProduct(x, load(row))
        c01.addProduct(x, load(row + 8))
      }
    } else {
      for k in 0..<g.depth {
        let row = b + k &* stride
        let b0 = load(row)
        let b1 = load(row + 8)
        let x = left + 4 &* k
        c00.addProduct(SIMD8(repeating: x[0]), b0)
        c01.addProduct(SIMD8(repeating: x[0]), b1)
        c10.addProduct(SIMD8(repeating: x[1]), b0)
        c11.addProduct(SIMD8(repeating: x[1]), b1)
        c20.addProduct(SIMD8(repeating: x[2]), b0)
        c21.addProduct(SIMD8(repeating: x[2]), b1)
        c30.addProduct(SIMD8(repeating: x[3]), b0)
        c31.addProduct(SIMD8(repeating: x[3]), b1)
      }
    }
    let target = c + column
    store(c00, target)
    store(c01, target + 8)
    if count > 1 {
      store(c10, target + g.cStride)
      store(c11, target + (g.cStride &+ 8))
    }
    if count > 2 {
      store(c20, target + 2 &* g.cStride)
      store(c21, target + (2 &* g.cStride &+ 8))
    }
    if count > 3 {
      store(c30, target + 3 &* g.cStride)
      store(c31, target + (3 &* g.cStride &+ 8))
    }
  }

  /// Eight columns, each contiguous in memory (a weight matrix `[out, in]` used transposed).
  @inline(__always)
  private static func alongColumns8(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let stride = g.b.columnStride
    let b = g.b.base.assumingMemoryBound(to: Float.self) + column &* stride
    let start = g.start.map { load($0 + column) } ?? .zero
    var c0 = start
    var c1 = start
    var c2 = start
    var c3 = start
    var k = 0
    while k &+ 4 <= g.depth {
      let t = transposedColumns(b + k, stride: stride)
      let x = left + 4 &* k
      accumulate(x, t.0, &c0, &c1, &c2, &c3)
      accumulate(x + 4, t.1, &c0, &c1, &c2, &c3)
      accumulate(x + 8, t.2, &c0, &c1, &c2, &c3)
      accumulate(x + 12, t.3, &c0, &c1, &c2, &c3)
      k &+= 4
    }
    while k < g.depth {
      accumulate(left + 4 &* k, gatherColumn(b + k, stride), &c0, &c1, &c2, &c3)
      k &+= 1
    }
    let target = c + column
    store(c0, target)
    if count > 1 { store(c1, target + g.cStride) }
    if count > 2 { store(c2, target + 2 &* g.cStride) }
    if count > 3 { store(c3, target + 3 &* g.cStride) }
  }

  /// Sixteen such columns for one or two rows: two chains more, to hide the latency of the multiply-add.
  @inline(__always)
  private static func alongColumns16(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let stride = g.b.columnStride
    let b = g.b.base.assumingMemoryBound(to: Float.self) + column &* stride
    let start0 = g.start.map { load($0 + column) } ?? .zero
    let start1 = g.start.map { load($0 + (column &+ 8)) } ?? .zero
    var c00 = start0
    var c01 = start1
    var c10 = start0
    var c11 = start1
    if !crowdsCache(stride: stride) {
      accumulate16(left, b, stride, g.depth, &c00, &c01, &c10, &c11)
    } else {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 16 &* copyStride) { memory in
        guard let copy = memory.baseAddress else { return }
        var k = 0
        while k < g.depth {
          let part = min(copyDepth, g.depth &- k)
          for j in 0..<16 { (copy + j &* copyStride).update(from: b + (j &* stride &+ k), count: part) }
          accumulate16(left + 4 &* k, copy, copyStride, part, &c00, &c01, &c10, &c11)
          k &+= part
        }
      }
    }
    let target = c + column
    store(c00, target)
    store(c01, target + 8)
    if count > 1 {
      store(c10, target + g.cStride)
      store(c11, target + (g.cStride &+ 8))
    }
  }

  /// Pieces of columns that crowd the cache are copied to where they do not.
  private static let copyDepth = 128
  private static let copyStride = copyDepth &+ 16

  /// Goes on with sixteen columns and one or two rows for `depth` steps.
  @inline(__always)
  private static func accumulate16(
    _ left: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ stride: Int, _ depth: Int, _ c00: inout SIMD8<Float>,
    _ c01: inout SIMD8<Float>, _ c10: inout SIMD8<Float>, _ c11: inout SIMD8<Float>
  ) {
    let bNext = b + 8 &* stride
    var k = 0
    while k &+ 4 <= depth {
      let x = left + 4 &* k
      let t = transposedColumns(b + k, stride: stride)
      let u = transposedColumns(bNext + k, stride: stride)
      accumulate(x, t.0, &c00, &c10)
      accumulate(x, u.0, &c01, &c11)
      accumulate(x + 4, t.1, &c00, &c10)
      accumulate(x + 4, u.1, &c01, &c11)
      accumulate(x + 8, t.2, &c00, &c10)
      accumulate(x + 8, u.2, &c01, &c11)
      accumulate(x + 12, t.3, &c00, &c10)
      accumulate(x + 12, u.3, &c01, &c11)
      k &+= 4
    }
    while k < depth {
      let x = left + 4 &* k
      accumulate(x, gatherColumn(b + k, stride), &c00, &c10)
      accumulate(x, gatherColumn(bNext + k, stride), &c01, &c11)
      k &+= 1
    }
  }

  @inline(__always)
  private static func gatherColumn(_ b: UnsafePointer<Float>, _ stride: Int) -> SIMD8<Float> {
    SIMD8(
      b[0], b[stride], b[2 &* stride], b[3 &* stride], b[4 &* stride], b[5 &* stride], b[6 &* stride], b[7 &* stride])
  }

  @inline(__always)
  private static func accumulate(
    _ x: UnsafePointer<Float>, _ b: SIMD8<Float>, _ c0: inout SIMD8<Float>, _ c1: inout SIMD8<Float>
  ) {
    c0.addProduct(SIMD8(repeating: x[0]), b)
    c1.addProduct(SIMD8(repeating: x[1]), b)
  }

  @inline(__always)
  private static func accumulate(
    _ x: UnsafePointer<Float>, _ b: SIMD8<Float>, _ c0: inout SIMD8<Float>, _ c1: inout SIMD8<Float>,
    _ c2: inout SIMD8<Float>, _ c3: inout SIMD8<Float>
  ) {
    c0.addProduct(SIMD8(repeating: x[0]), b)
    c1.addProduct(SIMD8(repeating: x[1]), b)
    c2.addProduct(SIMD8(repeating: x[2]), b)
    c3.addProduct(SIMD8(repeating: x[3]), b)
  }

  /// Any strides, for what is left over at the edge.
  private static func oneColumn(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let b = g.b.from(row: 0, column: column)
    var sums = SIMD4<Float>(repeating: g.start.map { $0[column] } ?? 0)
    for k in 0..<g.depth {
      let x = UnsafeRawPointer(left + 4 &* k).loadUnaligned(as: SIMD4<Float>.self)
      sums.addProduct(x, SIMD4(repeating: b.element(row: k, column: 0)))
    }
    for i in 0..<count { c[i &* g.cStride &+ column] = sums[i] }
  }
}

extension MatrixOperand {
  /// One element, widened to 32 bits.
  @inline(__always)
  func element(row: Int, column: Int) -> Float {
    let index = row &* rowStride &+ column &* columnStride
    if elementType == .float32 { return base.assumingMemoryBound(to: Float.self)[index] }
    return widen(base.assumingMemoryBound(to: UInt16.self)[index], elementType)
  }
}
