/// Matrix products with one to four rows: a decoder's step, the head of a single image.
///
/// Their time is that of reading `b` once, so `b` is read in place and never packed. The order of accumulation is that
/// of `GemmTile`: one chain for each element, in ascending k. `GemmSkinnyHalf` is the same for half-size weights.
enum GemmSkinny {
  static let mostRows = 4
  /// Columns at a time: two vectors.
  private static let columnsAtOnce = 16

  /// - Parameter scratch: memory for the rows of a.
  static func compute(_ g: Gemm, rows: Range<Int>, columns: Range<Int>, _ scratch: inout GemmScratch) {
    let count = rows.count
    // The rows of a, side by side for each k, padded to four: [depth][4].
    let left = scratch.reserve(g.depth &* mostRows)
    gatherRows(g.a.from(row: rows.lowerBound, column: 0), count, g.depth, left)
    let c = g.c.base + rows.lowerBound &* g.c.stride
    var column = columns.lowerBound
    if g.b.columnStride == 1 {
      while column &+ columnsAtOnce <= columns.upperBound {
        alongRows(g, left, count, c, column)
        column &+= columnsAtOnce
      }
    } else if g.b.rowStride == 1 {
      while column &+ 8 <= columns.upperBound {
        if count <= 2 && column &+ columnsAtOnce <= columns.upperBound {
          alongColumns16(g, left, count, c, column)
          column &+= columnsAtOnce
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
    let bias0 = g.bias.map { load($0 + column) } ?? .zero
    let bias1 = g.bias.map { load($0 + (column &+ 8)) } ?? .zero
    var c00 = bias0
    var c01 = bias1
    var c10 = bias0
    var c11 = bias1
    var c20 = bias0
    var c21 = bias1
    var c30 = bias0
    var c31 = bias1
    for k in 0..<g.depth {
      let row = b + k &* stride
      accumulate(left + 4 &* k, load(row), &c00, &c10, &c20, &c30)
      accumulate(left + 4 &* k, load(row + 8), &c01, &c11, &c21, &c31)
    }
    let target = c + column
    store(c00, target)
    store(c01, target + 8)
    if count > 1 {
      store(c10, target + g.c.stride)
      store(c11, target + (g.c.stride &+ 8))
    }
    if count > 2 {
      store(c20, target + 2 &* g.c.stride)
      store(c21, target + (2 &* g.c.stride &+ 8))
    }
    if count > 3 {
      store(c30, target + 3 &* g.c.stride)
      store(c31, target + (3 &* g.c.stride &+ 8))
    }
  }

  /// Eight columns, each contiguous in memory (a weight matrix `[out, in]` used transposed).
  @inline(__always)
  private static func alongColumns8(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let stride = g.b.columnStride
    let b = g.b.base.assumingMemoryBound(to: Float.self) + column &* stride
    let bias = g.bias.map { load($0 + column) } ?? .zero
    var c0 = bias
    var c1 = bias
    var c2 = bias
    var c3 = bias
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
    if count > 1 { store(c1, target + g.c.stride) }
    if count > 2 { store(c2, target + 2 &* g.c.stride) }
    if count > 3 { store(c3, target + 3 &* g.c.stride) }
  }

  /// Sixteen such columns for one or two rows: twice as many chains, because each multiply-add waits for the one before
  /// it.
  @inline(__always)
  private static func alongColumns16(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let stride = g.b.columnStride
    let b = g.b.base.assumingMemoryBound(to: Float.self) + column &* stride
    let bias0 = g.bias.map { load($0 + column) } ?? .zero
    let bias1 = g.bias.map { load($0 + (column &+ 8)) } ?? .zero
    var c00 = bias0
    var c01 = bias1
    var c10 = bias0
    var c11 = bias1
    if !aliasesCacheSets(stride: stride) {
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
      store(c10, target + g.c.stride)
      store(c11, target + (g.c.stride &+ 8))
    }
  }

  /// Whether columns this many floats apart, multiples of 4 KiB, share sets of the first-level cache, and so evict each
  /// other. Then pieces of them are copied to memory where they do not.
  private static func aliasesCacheSets(stride: Int) -> Bool { stride.isMultiple(of: 1024) }

  private static let copyDepth = 128
  private static let copyStride = copyDepth &+ 16

  /// `depth` steps of sixteen columns and one or two rows.
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

  /// One column of any strides, for the edge.
  private static func oneColumn(
    _ g: Gemm, _ left: UnsafePointer<Float>, _ count: Int, _ c: UnsafeMutablePointer<Float>, _ column: Int
  ) {
    let b = g.b.from(row: 0, column: column)
    var sums = SIMD4<Float>(repeating: g.bias.map { $0[column] } ?? 0)
    for k in 0..<g.depth {
      let x = UnsafeRawPointer(left + 4 &* k).loadUnaligned(as: SIMD4<Float>.self)
      sums.addProduct(x, SIMD4(repeating: b.element(row: k, column: 0)))
    }
    for i in 0..<count { c[i &* g.c.stride &+ column] = sums[i] }
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
