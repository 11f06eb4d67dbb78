/// A matrix product `c = start + a · b`, where `start` is zero or one row that is added to every row.
///
/// Every element is one chain of fused multiply-adds from its start value in ascending k. Blocks of k go on from
/// the sums in `c`, so neither the blocks nor the split among threads is part of the result.
struct Gemm {
  /// Rows of `a` and `c`.
  let rows: Int
  /// Columns of `b` and `c`.
  let columns: Int
  /// Columns of `a`, rows of `b`.
  let depth: Int
  let a: MatrixOperand
  let b: MatrixOperand
  let c: UnsafeMutablePointer<Float>
  /// Floats from one row of `c` to the next; its columns are neighbours.
  let cStride: Int
  /// One start value for each column, or `nil` for zeros (a bias).
  let start: UnsafePointer<Float>?

  /// Depth of a block: a panel of `b` of this depth (16 KiB) and one of `a` stay in the first-level cache.
  static let depthBlock = 256
  /// Rows of a block: this many packed rows of `a` stay in the second-level cache.
  static let rowBlock = 96 * GemmTile.rows
  /// Up to this many columns, rows of `a` are read where they lie: a copy would not be used often enough to pay.
  static let fewColumns = 256

  /// Floating-point operations of the whole product.
  var operationCount: Int { 2 &* rows &* columns &* depth }

  /// Computes the given part of `c`; parts may be computed on different threads.
  func compute(rows rowRange: Range<Int>, columns columnRange: Range<Int>) {
    if rowRange.isEmpty || columnRange.isEmpty { return }
    if depth == 0 { return fillWithStart(rowRange, columnRange) }
    if rowRange.count <= GemmSkinny.maximumRows {
      return GemmSkinny.compute(self, rows: rowRange, columns: columnRange)
    }
    computeBlocked(rowRange, columnRange)
  }

  private func computeBlocked(_ rowRange: Range<Int>, _ columnRange: Range<Int>) {
    let tileRows = GemmTile.rows
    let blockDepth = min(depth, Self.depthBlock)
    let blockRows = min((rowRange.count &+ tileRows &- 1) / tileRows &* tileRows, Self.rowBlock)
    // One piece of scratch memory: packed a, packed b, a spare tile, one row of start values.
    let aCount = blockRows &* blockDepth
    let bCount = blockDepth &* GemmTile.columns
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: aCount &+ bCount &+ 6 &* 16 &+ 16)
    defer { scratch.deallocate() }
    let packedA = scratch
    let packedB = scratch + aCount
    let tile = packedB + bCount
    let startRow = tile + 6 &* 16
    // Few rows do not pay for copying columns that lie side by side already, nor few columns for copying rows.
    let readsB = b.elementType == .float32 && b.columnStride == 1 && rowRange.count <= 4 &* tileRows
    let readsA = a.elementType == .float32 && a.columnStride == 1 && columnRange.count <= Self.fewColumns

    var k = 0
    while k < depth {
      let kCount = min(blockDepth, depth &- k)
      var row = rowRange.lowerBound
      while row < rowRange.upperBound {
        let rowCount = min(blockRows, rowRange.upperBound &- row)
        packA(from: row, rowCount, k, kCount, onlyEdge: readsA, into: packedA)
        var column = columnRange.lowerBound
        while column < columnRange.upperBound {
          let columnCount = min(GemmTile.columns, columnRange.upperBound &- column)
          let width = columnCount <= 8 ? 8 : 16
          let source = b.from(row: k, column: column)
          var panel = UnsafePointer(packedB)
          var panelStride = width
          if readsB && columnCount == width {
            panel = UnsafePointer(source.base.assumingMemoryBound(to: Float.self))
            panelStride = b.rowStride
          } else {
            GemmPacking.packColumns(source, width: width, count: columnCount, depth: kCount, into: packedB)
          }
          if k == 0 { fillStart(startRow, column, columnCount) }
          multiplyPanel(
            readsA ? a.from(row: row, column: k) : nil, packedA, rowCount, panel, panelStride, width, columnCount,
            kCount, start: k == 0 ? startRow : nil, at: c + (row &* cStride &+ column), tile)
          column &+= columnCount
        }
        row &+= rowCount
      }
      k &+= kCount
    }
  }

  /// - Parameter onlyEdge: whether to pack just the rows of a last tile that is not whole.
  @inline(__always)
  private func packA(
    from row: Int, _ count: Int, _ k: Int, _ kCount: Int, onlyEdge: Bool, into target: UnsafeMutablePointer<Float>
  ) {
    var done = onlyEdge ? count / GemmTile.rows &* GemmTile.rows : 0
    while done &+ 4 &* GemmTile.rows <= count && GemmPacking.packsFourTiles(a) {
      GemmPacking.packFourTiles(a.from(row: row &+ done, column: k), depth: kCount, into: target + done &* kCount)
      done &+= 4 &* GemmTile.rows
    }
    while done < count {
      let rows = min(GemmTile.rows, count &- done)
      GemmPacking.packRows(
        a.from(row: row &+ done, column: k), count: rows, depth: kCount, into: target + done &* kCount)
      done &+= GemmTile.rows
    }
  }

  /// One panel of columns. Whole tiles read their rows from `a` where it is given, else from `packedA`.
  @inline(__always)
  private func multiplyPanel(
    _ a: MatrixOperand?, _ packedA: UnsafePointer<Float>, _ rowCount: Int, _ panel: UnsafePointer<Float>,
    _ panelStride: Int, _ width: Int, _ columnCount: Int, _ kCount: Int, start: UnsafePointer<Float>?,
    at c: UnsafeMutablePointer<Float>, _ tile: UnsafeMutablePointer<Float>
  ) {
    var row = 0
    while row < rowCount {
      let count = min(GemmTile.rows, rowCount &- row)
      let target = c + row &* cStride
      var left = LeftPanel(base: packedA + row &* kCount, rowStride: 1, columnStride: GemmTile.rows)
      if let a, count == GemmTile.rows {
        left = LeftPanel(
          base: a.base.assumingMemoryBound(to: Float.self) + row &* a.rowStride, rowStride: a.rowStride, columnStride: 1
        )
      }
      if count == GemmTile.rows && columnCount == width {
        if width == 16 {
          GemmTile.multiply16(
            left, panel, bStride: panelStride, depth: kCount, start: start, into: target, stride: cStride)
        } else {
          GemmTile.multiply8(
            left, panel, bStride: panelStride, depth: kCount, start: start, into: target, stride: cStride)
        }
      } else {
        // A tile that reaches over the edge is computed aside, and only its part inside is copied.
        if start == nil { copy(target, cStride, tile, width, count, columnCount) }
        if width == 16 {
          GemmTile.multiply16(left, panel, bStride: panelStride, depth: kCount, start: start, into: tile, stride: width)
        } else {
          GemmTile.multiply8(left, panel, bStride: panelStride, depth: kCount, start: start, into: tile, stride: width)
        }
        copy(tile, width, target, cStride, count, columnCount)
      }
      row &+= GemmTile.rows
    }
  }

  @inline(__always)
  private func copy(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, _ target: UnsafeMutablePointer<Float>, _ targetStride: Int,
    _ rows: Int, _ columns: Int
  ) {
    for i in 0..<rows {
      let from = source + i &* sourceStride
      let to = target + i &* targetStride
      var j = 0
      while j &+ 8 <= columns {
        store(load(from + j), to + j)
        j &+= 8
      }
      while j < columns {
        to[j] = from[j]
        j &+= 1
      }
    }
  }

  /// Sixteen start values for the columns from `column` on, zeros past the edge.
  @inline(__always)
  private func fillStart(_ target: UnsafeMutablePointer<Float>, _ column: Int, _ count: Int) {
    for j in 0..<16 { target[j] = 0 }
    if let start { for j in 0..<count { target[j] = start[column &+ j] } }
  }

  private func fillWithStart(_ rowRange: Range<Int>, _ columnRange: Range<Int>) {
    for i in rowRange {
      for j in columnRange { c[i &* cStride &+ j] = start.map { $0[j] } ?? 0 }
    }
  }
}
