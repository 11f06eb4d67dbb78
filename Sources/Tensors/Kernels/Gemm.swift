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
  /// Floats from one row of `c` to the next; its columns are neighbors.
  let cStride: Int
  /// One start value for each column, or `nil` for zeros (a bias).
  let start: UnsafePointer<Float>?
  /// Whether `c` has room for whole tiles: six rows and eight columns where there are fewer. Anything may be written there.
  var hasRoom = false

  /// Depth of a block: a panel of `b` of this depth (48 KiB) stays in the second-level cache and streams through the first.
  /// After each block, sums go to `c` and come back from there.
  static let depthBlock = 768
  /// The same where `c` is small: then it stays in the caches, too, and shallower panels are packed while they are warm.
  static let smallDepthBlock = 256
  /// Floats of a small `c`.
  static let smallResult = 64 * 1024
  /// Floats of a block of packed rows of `a`. They stay in the third-level cache, and stream from there: many rows in a
  /// block spare keeping packed columns for the next one.
  static let packedRowsSize = 400 * depthBlock
  /// Floats of a block of packed columns of `b`: they stay in the third-level cache.
  static let packedColumnsSize = 1536 * depthBlock
  /// Up to this many columns, rows of `a` are read where they lie: a copy would not be used often enough to pay.
  static let fewColumns = 512
  /// The same where the rows of a tile drive each other out of the first-level cache.
  static let fewColumnsOfCrowdedRows = 256
  /// The same where neighbors in `a` are those of a column (a transposed matrix): then each step of depth is far away.
  static let veryFewColumns = 64

  /// Computes the given part of `c`; parts may be computed on different threads.
  ///
  /// - Parameter scratch: memory for packed panels, which serves one product after another.
  func compute(rows rowRange: Range<Int>, columns columnRange: Range<Int>, _ scratch: inout GemmScratch) {
    if rowRange.isEmpty || columnRange.isEmpty { return }
    if depth == 0 { return fillWithStart(rowRange, columnRange) }
    if rowRange.count <= GemmSkinny.maximumRows {
      return GemmSkinny.compute(self, rows: rowRange, columns: columnRange, &scratch)
    }
    if GemmSmall.fits(self, rows: rowRange.count, columns: columnRange.count) {
      return GemmSmall.compute(self, rows: rowRange, columns: columnRange, &scratch)
    }
    computeBlocked(rowRange, columnRange, &scratch)
  }

  /// Blocks of depth, within them blocks of columns, within them blocks of rows; a block of columns and one of rows are
  /// packed once and then multiplied panel by panel.
  private func computeBlocked(
    _ rowRange: Range<Int>, _ columnRange: Range<Int>, _ scratch: inout GemmScratch
  ) {
    let isSmall = rowRange.count &* columnRange.count <= Self.smallResult
    let blockDepth = Self.block(of: depth, atMost: isSmall ? Self.smallDepthBlock : Self.depthBlock, multiple: 1)
    let blockRows = Self.block(of: rowRange.count, atMost: Self.packedRowsSize / blockDepth, multiple: GemmTile.rows)
    let blockColumns = Self.block(
      of: columnRange.count, atMost: Self.packedColumnsSize / blockDepth, multiple: GemmTile.columns)
    // Few rows do not pay for copying columns that lie side by side already, nor few columns for copying rows.
    let readsB = b.elementType == .float32 && b.columnStride == 1 && rowRange.count <= 4 &* GemmTile.rows
    let readsA = a.elementType == .float32 && columnRange.count <= mostColumnsToReadA

    // Packed columns are kept for the next block of rows, if there is one.
    let keepsB = !readsB && rowRange.count > blockRows

    // One piece of scratch memory: packed b (one panel if none is kept), a tile over the edge, a row of start values,
    // packed a. All but the last are whole cache lines.
    let bCount = blockDepth &* (keepsB ? blockColumns : GemmTile.columns)
    let tileCount = GemmTile.rows &* GemmTile.columns
    let packedB = scratch.reserve(bCount &+ tileCount &+ GemmTile.columns &+ blockRows &* blockDepth)
    let edge = packedB + bCount
    let startRow = edge + tileCount
    let packedA = startRow + GemmTile.columns

    for k in stride(from: 0, to: depth, by: blockDepth) {
      let kCount = min(blockDepth, depth &- k)
      for firstColumn in stride(from: columnRange.lowerBound, to: columnRange.upperBound, by: blockColumns) {
        let endColumn = min(columnRange.upperBound, firstColumn &+ blockColumns)
        for row in stride(from: rowRange.lowerBound, to: rowRange.upperBound, by: blockRows) {
          let rowCount = min(blockRows, rowRange.upperBound &- row)
          packA(from: row, rowCount, k, kCount, onlyEdge: readsA, into: packedA)
          for column in stride(from: firstColumn, to: endColumn, by: GemmTile.columns) {
            let packed = packedB + (keepsB ? (column &- firstColumn) &* kCount : 0)
            var panel = RightPanel(packed, count: min(GemmTile.columns, endColumn &- column))
            let source = b.from(row: k, column: column)
            if readsB && panel.count == panel.width {
              panel.base = source.base.assumingMemoryBound(to: Float.self)
              panel.stride = b.rowStride
            } else if !keepsB || row == rowRange.lowerBound {
              // Just before its first use: so reading from far memory and multiplying take turns.
              GemmPacking.packColumns(source, width: panel.width, count: panel.count, depth: kCount, into: packed)
            }
            if k == 0 { fillStart(startRow, column, panel.count) }
            // What will be packed next is fetched meanwhile.
            let packsNext = !readsB && (!keepsB || row == rowRange.lowerBound)
            multiplyPanel(
              readsA ? a.from(row: row, column: k) : nil, packedA, rowCount, panel, kCount,
              next: packsNext ? nextPanel(k, column, endColumn) : nil, start: k == 0 ? startRow : nil, edge,
              at: c + (row &* cStride &+ column))
          }
        }
      }
    }
  }

  /// Up to how many columns tiles read `a` where it lies.
  private var mostColumnsToReadA: Int {
    if a.columnStride == 1 {
      return crowdsCache(stride: a.rowStride) ? Self.fewColumnsOfCrowdedRows : Self.fewColumns
    }
    return a.rowStride == 1 ? Self.veryFewColumns : 0
  }

  /// The panel after that at `column`, if it is whole and worth fetching ahead: columns of a transposed matrix, each a run
  /// of memory.
  @inline(__always)
  private func nextPanel(_ k: Int, _ column: Int, _ endColumn: Int) -> MatrixOperand? {
    let isWhole = column &+ 2 &* GemmTile.columns <= endColumn
    return isWhole && b.elementType == .float32 && b.rowStride == 1
      ? b.from(row: k, column: column &+ GemmTile.columns) : nil
  }

  /// The size of even blocks, a multiple of `multiple`, at least one of it.
  @inline(__always)
  private static func block(of count: Int, atMost limit: Int, multiple: Int) -> Int {
    let units = (count &+ multiple &- 1) / multiple
    if count <= limit { return units &* multiple }
    let most = max(1, limit / multiple)
    let blocks = (units &+ most &- 1) / most
    return (units &+ blocks &- 1) / blocks &* multiple
  }

  /// Up to sixteen columns of `b` as tiles read them.
  private struct RightPanel {
    var base: UnsafePointer<Float>
    /// Floats from one row to the next.
    var stride: Int
    /// 16, or 8 where no more are needed.
    let width: Int
    /// How many of them are within `c`.
    let count: Int

    /// A packed panel.
    init(_ packed: UnsafePointer<Float>, count: Int) {
      base = packed
      width = count <= 8 ? 8 : 16
      stride = width
      self.count = count
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

  /// One panel of columns. Whole tiles read their rows from `a` where it is given, else from `packedA`; a tile that reaches
  /// over the edge of `c` is computed in `edge`, and only its part inside is copied. Each of the first eight tiles
  /// fetches two columns of the panel that comes `next`.
  @inline(__always)
  private func multiplyPanel(
    _ a: MatrixOperand?, _ packedA: UnsafePointer<Float>, _ rowCount: Int, _ panel: RightPanel, _ kCount: Int,
    next: MatrixOperand?, start: UnsafeMutablePointer<Float>?, _ edge: UnsafeMutablePointer<Float>,
    at c: UnsafeMutablePointer<Float>
  ) {
    let width = panel.width
    let aside = TileRows(base: edge, stride: width)
    for row in stride(from: 0, to: rowCount, by: GemmTile.rows) {
      let count = min(GemmTile.rows, rowCount &- row)
      let isLow = count <= GemmTile.fewRows && width == GemmTile.columns
      let tileRows = isLow ? GemmTile.fewRows : GemmTile.rows
      let isWhole = hasRoom || (count == tileRows && panel.count == width)
      let target = TileRows(base: c + row &* cStride, stride: cStride)
      var left = LeftPanel(base: packedA + row &* kCount, rowStride: 1, columnStride: GemmTile.rows)
      if let a, count == GemmTile.rows {
        left = LeftPanel(
          base: a.base.assumingMemoryBound(to: Float.self) + row &* a.rowStride, rowStride: a.rowStride,
          columnStride: a.columnStride)
      }
      let into = isWhole ? target : aside
      var from = into
      if let start {
        from = TileRows(base: start, stride: 0)
      } else if !isWhole {
        copy(target, aside, count, panel.count)
      }
      if width == 8 {
        GemmTile.multiply8(left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into)
      } else if isLow {
        GemmTile.multiply4(left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into)
      } else if let next, row < GemmTile.columns / 2 &* GemmTile.rows {
        let ahead = next.base.assumingMemoryBound(to: Float.self) + 2 &* (row / GemmTile.rows) &* next.columnStride
        GemmTile.multiply16(
          left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into, ahead: ahead,
          aheadStride: next.columnStride)
      } else {
        GemmTile.multiply16(left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into)
      }
      if !isWhole { copy(aside, target, count, panel.count) }
    }
  }

  @inline(__always)
  private func copy(_ source: TileRows, _ target: TileRows, _ rows: Int, _ columns: Int) {
    for i in 0..<rows {
      let from = source.base + i &* source.stride
      let to = target.base + i &* target.stride
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

/// Memory for packed panels, which begins at a cache line. A thread that computes many products has one for all.
struct GemmScratch: ~Copyable {
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0

  init() {}

  /// Room for that many floats; what was there before is gone.
  mutating func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = count &* MemoryLayout<Float>.stride
    if let memory, capacity >= bytes { return memory.assumingMemoryBound(to: Float.self) }
    memory?.deallocate()
    let new = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory = new
    capacity = bytes
    return new.assumingMemoryBound(to: Float.self)
  }

  deinit { memory?.deallocate() }
}
