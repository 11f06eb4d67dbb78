/// One operand of a matrix product as it lies in memory: any strides, 32-bit or half-size floats.
struct MatrixOperand {
  /// Where element (0, 0) is.
  let base: UnsafeRawPointer
  let elementType: ElementType
  /// Elements from one row to the next.
  let rowStride: Int
  /// Elements from one column to the next.
  let columnStride: Int

  var transposed: MatrixOperand {
    MatrixOperand(base: base, elementType: elementType, rowStride: columnStride, columnStride: rowStride)
  }

  /// The part that begins at a row and a column.
  func from(row: Int, column: Int) -> MatrixOperand {
    MatrixOperand(
      base: base + (row &* rowStride &+ column &* columnStride) &* elementType.byteCount, elementType: elementType,
      rowStride: rowStride, columnStride: columnStride)
  }
}

/// Copies operands into the order in which `GemmTile` reads them.
///
/// Lanes past the edge of a matrix may hold anything, because the results of them are not used.
enum GemmPacking {
  /// Rows of a panel that are packed at a time.
  private static let piece = 128

  /// Packs `count` (≤ 6) rows × `depth` columns of a left operand as `[depth][6]`.
  @inline(__always)
  static func packRows(_ source: MatrixOperand, count: Int, depth: Int, into target: UnsafeMutablePointer<Float>) {
    switch source.elementType {
    case .float32:
      packSix(
        source.base.assumingMemoryBound(to: Float.self), source.rowStride, source.columnStride, count, depth, target)
    case .bfloat16, .float16:
      packWidening(source.transposed, width: GemmTile.rows, count: count, depth: depth, into: target)
    }
  }

  /// Whether the rows of a left operand lie side by side (a transposed matrix), so that four tiles can be packed at
  /// once.
  static func packsFourTiles(_ source: MatrixOperand) -> Bool {
    source.elementType == .float32 && source.rowStride == 1
  }

  /// Packs 24 such rows × `depth` columns as four tiles, one behind the other: a cache line read is used up at once.
  @inline(__always)
  static func packFourTiles(_ source: MatrixOperand, depth: Int, into target: UnsafeMutablePointer<Float>) {
    var from = source.base.assumingMemoryBound(to: Float.self)
    var to = target
    let panel = GemmTile.rows &* depth
    // Vectors of eight where six belong, as in `packSix`; the last column goes element by element.
    for _ in 1..<depth {
      let last = load(from + 16)
      store(load(from), to)
      store(load(from + 6), to + panel)
      store(load(from + 12), to + 2 &* panel)
      store(SIMD8(last[2], last[3], last[4], last[5], last[6], last[7], 0, 0), to + 3 &* panel)
      from += source.columnStride
      to += GemmTile.rows
    }
    for tile in 0..<4 {
      for row in 0..<GemmTile.rows { to[tile &* panel &+ row] = from[tile &* GemmTile.rows &+ row] }
    }
  }

  /// Packs `depth` rows × `count` columns of a right operand as `[depth][width]`, where `width` is that of a tile.
  @inline(__always)
  static func packColumns(
    _ source: MatrixOperand, width: Int, count: Int, depth: Int, into target: UnsafeMutablePointer<Float>
  ) {
    switch source.elementType {
    case .float32:
      let base = source.base.assumingMemoryBound(to: Float.self)
      if count == GemmTile.columns && source.columnStride == 1 {
        copyPanel(base, source.rowStride, depth, target)
      } else {
        // Piece by piece, so that both halves of a cache line are written while it is in the first-level cache.
        for k in stride(from: 0, to: depth, by: piece) {
          for half in stride(from: 0, to: width, by: GemmTile.fewColumns) {
            packEight(
              base + (half &* source.columnStride &+ k &* source.rowStride), source.rowStride, source.columnStride,
              min(GemmTile.fewColumns, count &- half), min(piece, depth &- k), target + (half &+ k &* width), width)
          }
        }
      }
    case .bfloat16, .float16:
      packWidening(source, width: width, count: count, depth: depth, into: target)
    }
  }

  /// A whole panel of columns that lie side by side already: copies a row of it at a time.
  @inline(__always)
  private static func copyPanel(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ depth: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    var source = source
    var target = target
    for _ in 0..<depth {
      store(load(source), target)
      store(load(source + 8), target + 8)
      source += rowStride
      target += GemmTile.columns
    }
  }

  /// One to eight columns of any strides, their rows `width` apart in the panel.
  @inline(__always)
  static func packEight(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ count: Int, _ depth: Int,
    _ target: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    var k = 0
    if rowStride == 1 {
      // Each column is contiguous (a weight matrix `[out, in]` used transposed). Past the edge, the last one is
      // repeated.
      let last = count &- 1
      let c0 = source
      let c1 = source + min(1, last) &* columnStride
      let c2 = source + min(2, last) &* columnStride
      let c3 = source + min(3, last) &* columnStride
      let c4 = source + min(4, last) &* columnStride
      let c5 = source + min(5, last) &* columnStride
      let c6 = source + min(6, last) &* columnStride
      let c7 = source + min(7, last) &* columnStride
      while k &+ 4 <= depth {
        let t = transposedColumns(c0 + k, c1 + k, c2 + k, c3 + k, c4 + k, c5 + k, c6 + k, c7 + k)
        let q = target + k &* width
        store(t.0, q)
        store(t.1, q + width)
        store(t.2, q + 2 &* width)
        store(t.3, q + 3 &* width)
        k &+= 4
      }
    } else if columnStride == 1 {
      // Whole vectors, which may reach over the edge where another row follows.
      let whole = count == 8 ? depth : rowStride >= 8 ? depth &- 1 : 0
      while k < whole {
        store(load(source + k &* rowStride), target + k &* width)
        k &+= 1
      }
    }
    while k < depth {
      for j in 0..<count { target[k &* width &+ j] = source[k &* rowStride &+ j &* columnStride] }
      for j in count..<8 { target[k &* width &+ j] = 0 }
      k &+= 1
    }
  }

  /// One to six rows of any strides.
  @inline(__always)
  private static func packSix(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ count: Int, _ depth: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    // Past the edge, the last row is repeated.
    let last = count &- 1
    let r0 = source
    let r1 = source + min(1, last) &* rowStride
    let r2 = source + min(2, last) &* rowStride
    let r3 = source + min(3, last) &* rowStride
    let r4 = source + min(4, last) &* rowStride
    let r5 = source + last &* rowStride
    // Whole vectors of eight are stored where six belong; the next store overwrites the two spare lanes. So that
    // nothing is written past the end, the last columns go element by element.
    var k = 0
    if columnStride == 1 {
      while k &+ 5 <= depth {
        let t = transposedColumns(r0 + k, r1 + k, r2 + k, r3 + k, r4 + k, r5 + k, r4 + k, r5 + k)
        let q = target + GemmTile.rows &* k
        store(t.0, q)
        store(t.1, q + GemmTile.rows)
        store(t.2, q + 2 &* GemmTile.rows)
        store(t.3, q + 3 &* GemmTile.rows)
        k &+= 4
      }
    } else if rowStride == 1 && columnStride >= 8 {
      while k &+ 2 <= depth {
        store(load(source + k &* columnStride), target + GemmTile.rows &* k)
        k &+= 1
      }
    }
    while k < depth {
      let at = k &* columnStride
      let q = target + GemmTile.rows &* k
      q[0] = r0[at]
      q[1] = r1[at]
      q[2] = r2[at]
      q[3] = r3[at]
      q[4] = r4[at]
      q[5] = r5[at]
      k &+= 1
    }
  }

  /// Half-size floats are widened here, once for each panel, so that weights stay small in memory.
  @inline(never)
  private static func packWidening(
    _ source: MatrixOperand, width: Int, count: Int, depth: Int, into target: UnsafeMutablePointer<Float>
  ) {
    if source.elementType == .bfloat16 {
      packWidening(BFloat16Format.self, source, width: width, count: count, depth: depth, into: target)
    } else {
      packWidening(Float16Format.self, source, width: width, count: count, depth: depth, into: target)
    }
  }

  @inline(__always)
  private static func packWidening<Format: HalfFormat>(
    _ format: Format.Type, _ source: MatrixOperand, width: Int, count: Int, depth: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let bits = source.base.assumingMemoryBound(to: UInt16.self)
    let isWhole = count == width && width.isMultiple(of: 8)
    var first = 0
    if isWhole && source.rowStride == 1 {
      // Each column is contiguous (a weight matrix `[out, in]` used transposed).
      first = depth & ~7
      for k in stride(from: 0, to: first, by: piece) {
        for half in stride(from: 0, to: width, by: GemmTile.fewColumns) {
          let column = bits + half &* source.columnStride
          for k in stride(from: k, to: min(first, k &+ piece), by: 8) {
            fetchAhead(column, stride: source.columnStride, k, depth: depth, after: width &* source.columnStride)
            packSquare(format, column + k, stride: source.columnStride, into: target + (k &* width &+ half), width)
          }
        }
      }
    } else if isWhole && source.columnStride == 1 {
      first = depth
      for k in 0..<depth {
        for half in stride(from: 0, to: width, by: GemmTile.fewColumns) {
          store(Format.widen(load(bits + (k &* source.rowStride &+ half))), target + (k &* width &+ half))
        }
      }
    }
    for k in first..<depth {
      let row = bits + k &* source.rowStride
      let out = target + k &* width
      for j in 0..<count { out[j] = widen(row[j &* source.columnStride], source.elementType) }
      for j in count..<width { out[j] = 0 }
    }
  }

  /// Eight columns of eight numbers each.
  @inline(__always)
  private static func packSquare<Format: HalfFormat>(
    _ format: Format.Type, _ columns: UnsafePointer<UInt16>, stride: Int, into target: UnsafeMutablePointer<Float>,
    _ width: Int
  ) {
    let rows = transposedColumns(columns, stride: stride)
    store(Format.widen(rows.0), target)
    store(Format.widen(rows.1), target + width)
    store(Format.widen(rows.2), target + 2 &* width)
    store(Format.widen(rows.3), target + 3 &* width)
    store(Format.widen(rows.4), target + 4 &* width)
    store(Format.widen(rows.5), target + 5 &* width)
    store(Format.widen(rows.6), target + 6 &* width)
    store(Format.widen(rows.7), target + 7 &* width)
  }
}
