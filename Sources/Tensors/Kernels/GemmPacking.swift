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

/// Copies operands into the order in which `GemmTile` reads them, filling up with zeros at the edges.
enum GemmPacking {
  /// Packs `count` (≤ 6) rows × `depth` columns of a left operand as `[depth][6]`.
  @inline(__always)
  static func packRows(_ source: MatrixOperand, count: Int, depth: Int, into target: UnsafeMutablePointer<Float>) {
    switch source.elementType {
    case .float32:
      pack6(
        source.base.assumingMemoryBound(to: Float.self), source.rowStride, source.columnStride, count, depth, target)
    case .bfloat16, .float16:
      packWidening(source.transposed, width: GemmTile.rows, count: count, depth: depth, into: target)
    }
  }

  /// Packs `depth` rows × `count` columns of a right operand as `[depth][width]`, `width` 16 or 8.
  @inline(__always)
  static func packColumns(
    _ source: MatrixOperand, width: Int, count: Int, depth: Int, into target: UnsafeMutablePointer<Float>
  ) {
    switch source.elementType {
    case .float32:
      let base = source.base.assumingMemoryBound(to: Float.self)
      if count == width && source.columnStride == 1 {
        copyColumns(base, source.rowStride, width, depth, target)
      } else if count == width && source.rowStride == 1 {
        transposeColumns(base, source.columnStride, width, depth, target)
      } else {
        packAny(base, source.rowStride, source.columnStride, width, count, depth, target)
      }
    case .bfloat16, .float16:
      packWidening(source, width: width, count: count, depth: depth, into: target)
    }
  }

  /// The columns lie side by side already: copy a row of the panel at a time.
  @inline(__always)
  private static func copyColumns(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ width: Int, _ depth: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    var source = source
    var target = target
    if width == 16 {
      for _ in 0..<depth {
        store(load(source), target)
        store(load(source + 8), target + 8)
        source += rowStride
        target += 16
      }
    } else {
      for _ in 0..<depth {
        store(load(source), target)
        source += rowStride
        target += 8
      }
    }
  }

  /// Each column is contiguous (a weight matrix `[out, in]` used transposed): transpose blocks of 8 × 8.
  @inline(__always)
  private static func transposeColumns(
    _ source: UnsafePointer<Float>, _ columnStride: Int, _ width: Int, _ depth: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let whole = depth & ~7
    for half in stride(from: 0, to: width, by: 8) {
      let s = source + half &* columnStride
      var k = 0
      while k < whole {
        let p = s + k
        let t = transpose8x8(
          load(p), load(p + columnStride), load(p + 2 &* columnStride), load(p + 3 &* columnStride),
          load(p + 4 &* columnStride), load(p + 5 &* columnStride), load(p + 6 &* columnStride),
          load(p + 7 &* columnStride))
        let q = target + (k &* width &+ half)
        store(t.0, q)
        store(t.1, q + width)
        store(t.2, q + 2 &* width)
        store(t.3, q + 3 &* width)
        store(t.4, q + 4 &* width)
        store(t.5, q + 5 &* width)
        store(t.6, q + 6 &* width)
        store(t.7, q + 7 &* width)
        k &+= 8
      }
      while k < depth {
        for j in 0..<8 { target[k &* width &+ half &+ j] = s[j &* columnStride &+ k] }
        k &+= 1
      }
    }
  }

  @inline(__always)
  private static func packAny(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ width: Int, _ count: Int, _ depth: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    for k in 0..<depth {
      let row = source + k &* rowStride
      let out = target + k &* width
      for j in 0..<count { out[j] = row[j &* columnStride] }
      for j in count..<width { out[j] = 0 }
    }
  }

  @inline(__always)
  private static func pack6(
    _ source: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ count: Int, _ depth: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    guard count == 6 else { return packAny(source, columnStride, rowStride, 6, count, depth, target) }
    let r0 = source, r1 = r0 + rowStride, r2 = r1 + rowStride
    let r3 = r2 + rowStride, r4 = r3 + rowStride, r5 = r4 + rowStride
    var k = 0
    if columnStride == 1 {
      // Six rows are transposed as the upper six of eight; the two spare lanes of each store are
      // overwritten by the next one, so the last block goes element by element.
      let zero = SIMD8<Float>.zero
      while k &+ 9 <= depth {
        let t = transpose8x8(
          load(r0 + k), load(r1 + k), load(r2 + k), load(r3 + k), load(r4 + k), load(r5 + k), zero, zero)
        let q = target + 6 &* k
        store(t.0, q)
        store(t.1, q + 6)
        store(t.2, q + 12)
        store(t.3, q + 18)
        store(t.4, q + 24)
        store(t.5, q + 30)
        store(t.6, q + 36)
        store(t.7, q + 42)
        k &+= 8
      }
    }
    while k < depth {
      let at = k &* columnStride
      let q = target + 6 &* k
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
    let bits = source.base.assumingMemoryBound(to: UInt16.self)
    if source.rowStride == 1 && count == width {
      // Read along each column: neighbouring memory.
      for j in 0..<width {
        let column = bits + j &* source.columnStride
        for k in 0..<depth { target[k &* width &+ j] = widen(column[k], source.elementType) }
      }
      return
    }
    for k in 0..<depth {
      let row = bits + k &* source.rowStride
      let out = target + k &* width
      for j in 0..<count { out[j] = widen(row[j &* source.columnStride], source.elementType) }
      for j in count..<width { out[j] = 0 }
    }
  }
}
