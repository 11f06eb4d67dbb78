/// A matrix product `c = bias + a · b` as one thread computes parts of it; `docs/matrix-product.md` follows it step by
/// step.
///
/// Every element is one chain of fused multiply-adds in ascending k, from its bias or from zero. Each block of k
/// continues from the sums in `c`. So the bits depend neither on the blocks, nor on the path, nor on the split among
/// threads.
struct Gemm {
  /// Rows of `a` and `c`.
  let rows: Int
  /// Columns of `b` and `c`.
  let columns: Int
  /// Columns of `a`, rows of `b`.
  let depth: Int
  let a: MatrixOperand
  let b: MatrixOperand
  let c: ResultRows
  /// One number for each column, or `nil` for zeros.
  let bias: UnsafePointer<Float>?
  /// Whether `c` has room for whole tiles: rows and columns behind it that may be overwritten.
  var hasRoom = false

  /// Depth of a block. A panel of `b` of this depth (48 KiB) stays in the second-level cache. After each block, the
  /// sums are written to `c`, and the next block reads them from there.
  static let depthBlock = 768
  /// Floats of a block of packed rows of `a`, which stays in the third-level cache. With many rows in a block, the
  /// packed columns are seldom needed for another one.
  static let packedRowsSize = 400 * depthBlock
  /// Floats of a block of packed columns of `b`, which stays in the third-level cache.
  static let packedColumnsSize = 1536 * depthBlock
  /// Up to this many columns, tiles read rows of `a` in place: packed rows would not be used often enough.
  static let fewColumns = 512
  /// The same for a transposed `a`, whose neighbors in memory are those of a column.
  static let fewColumnsOfTransposed = 64

  /// Computes the given part of `c`; parts may be computed on different threads.
  ///
  /// - Parameter scratch: memory for packed panels, which serves one product after another.
  func compute(rows rowRange: Range<Int>, columns columnRange: Range<Int>, _ scratch: inout GemmScratch) {
    if rowRange.isEmpty || columnRange.isEmpty { return }
    if depth == 0 { return fillWithBias(rowRange, columnRange) }
    if b.elementType == .float32 && rowRange.count <= GemmSkinny.mostRows {
      return GemmSkinny.compute(self, rows: rowRange, columns: columnRange, &scratch)
    }
    if b.elementType != .float32 && rowRange.count <= GemmSkinnyHalf.mostRows {
      return GemmSkinnyHalf.compute(self, rows: rowRange, columns: columnRange, &scratch)
    }
    if GemmSmall.fits(self, rows: rowRange.count, columns: columnRange.count) {
      return GemmSmall.compute(self, rows: rowRange, columns: columnRange, &scratch)
    }
    computeBlocked(rowRange, columnRange, &scratch)
  }

  /// The general path: blocks of depth, in each of them blocks of columns, in each of them blocks of rows. A block of
  /// columns and one of rows are packed once and then multiplied panel by panel.
  private func computeBlocked(
    _ rowRange: Range<Int>, _ columnRange: Range<Int>, _ scratch: inout GemmScratch
  ) {
    let blockDepth = Self.block(of: depth, atMost: Self.depthBlock, multiple: 1)
    let blockRows = Self.block(of: rowRange.count, atMost: Self.packedRowsSize / blockDepth, multiple: GemmTile.rows)
    let blockColumns = Self.block(
      of: columnRange.count, atMost: Self.packedColumnsSize / blockDepth, multiple: GemmTile.columns)
    // Packed columns are used once for each tile of rows, and packed rows once for each panel of columns. Where that is
    // seldom, tiles read the operand in place.
    let readsB = b.elementType == .float32 && b.columnStride == 1 && rowRange.count <= 4 &* GemmTile.rows
    let readsA = a.elementType == .float32 && columnRange.count <= mostColumnsToReadA

    // Packed columns are kept for the next block of rows, if there is one.
    let keepsB = !readsB && rowRange.count > blockRows

    // Scratch memory for packed b (one panel if none is kept), a tile over the edge of c, the bias of a panel, and
    // packed a. All but the last are whole cache lines.
    let bCount = blockDepth &* (keepsB ? blockColumns : GemmTile.columns)
    let tileCount = GemmTile.rows &* GemmTile.columns
    let packedB = scratch.reserve(bCount &+ tileCount &+ GemmTile.columns &+ blockRows &* blockDepth)
    let edge = packedB + bCount
    let panelBias = edge + tileCount
    let packedA = panelBias + GemmTile.columns

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
              // Just before its first use, so that reading from memory and multiplying take turns.
              GemmPacking.packColumns(source, width: panel.width, count: panel.count, depth: kCount, into: packed)
            }
            if k == 0 { fillBias(panelBias, column, panel.count) }
            // The columns that are packed next are prefetched during the multiplication.
            let packsNext = !readsB && (!keepsB || row == rowRange.lowerBound)
            multiplyPanel(
              readsA ? a.from(row: row, column: k) : nil, packedA, rowCount, panel, kCount,
              next: packsNext ? nextPanel(k, column, endColumn) : nil, bias: k == 0 ? panelBias : nil, edge,
              into: ResultRows(base: c.base + (row &* c.stride &+ column), stride: c.stride))
          }
        }
      }
    }
  }

  /// Up to how many columns tiles read `a` in place.
  private var mostColumnsToReadA: Int {
    if a.columnStride == 1 { return Self.fewColumns }
    return a.rowStride == 1 ? Self.fewColumnsOfTransposed : 0
  }

  /// The panel after that at `column`, if prefetching it pays: a whole panel of a transposed matrix, whose columns are
  /// each a run of memory.
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

  /// Columns of `b`, at most as many as a tile has, as tiles read them.
  private struct RightPanel {
    var base: UnsafePointer<Float>
    /// Floats from one row to the next.
    var stride: Int
    /// The columns of a tile, or of the narrow tile where no more are needed.
    let width: Int
    /// How many of them are within `c`.
    let count: Int

    /// A packed panel.
    init(_ packed: UnsafePointer<Float>, count: Int) {
      base = packed
      width = count <= GemmTile.fewColumns ? GemmTile.fewColumns : GemmTile.columns
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

  /// Multiplies one panel of columns. Whole tiles read their rows from `a` where it is given, else from `packedA`. A
  /// tile over the edge of the result is computed in `edge`, and its part inside is copied. Each of the first eight
  /// tiles prefetches two columns of the `next` panel.
  @inline(__always)
  private func multiplyPanel(
    _ a: MatrixOperand?, _ packedA: UnsafePointer<Float>, _ rowCount: Int, _ panel: RightPanel, _ kCount: Int,
    next: MatrixOperand?, bias: UnsafeMutablePointer<Float>?, _ edge: UnsafeMutablePointer<Float>,
    into result: ResultRows
  ) {
    let width = panel.width
    let edge = ResultRows(base: edge, stride: width)
    for row in stride(from: 0, to: rowCount, by: GemmTile.rows) {
      let count = min(GemmTile.rows, rowCount &- row)
      let isLow = count <= GemmTile.fewRows && width == GemmTile.columns
      let tileRows = isLow ? GemmTile.fewRows : GemmTile.rows
      let isWhole = hasRoom || (count == tileRows && panel.count == width)
      let target = ResultRows(base: result.base + row &* result.stride, stride: result.stride)
      var left = LeftPanel(base: packedA + row &* kCount, rowStride: 1, columnStride: GemmTile.rows)
      if let a, count == GemmTile.rows {
        left = LeftPanel(
          base: a.base.assumingMemoryBound(to: Float.self) + row &* a.rowStride, rowStride: a.rowStride,
          columnStride: a.columnStride)
      }
      let into = isWhole ? target : edge
      var from = into
      if let bias {
        from = ResultRows(base: bias, stride: 0)
      } else if !isWhole {
        copy(target, edge, count, panel.count)
      }
      if width == GemmTile.fewColumns {
        GemmTile.multiplyNarrow(left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into)
      } else if isLow {
        GemmTile.multiplyLow(left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into)
      } else if let next, row < GemmTile.columns / 2 &* GemmTile.rows {
        let ahead = next.base.assumingMemoryBound(to: Float.self) + 2 &* (row / GemmTile.rows) &* next.columnStride
        GemmTile.multiply(
          left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into, ahead: ahead,
          aheadStride: next.columnStride)
      } else {
        GemmTile.multiply(left, panel.base, bStride: panel.stride, depth: kCount, from: from, into: into)
      }
      if !isWhole { copy(edge, target, count, panel.count) }
    }
  }

  @inline(__always)
  private func copy(_ source: ResultRows, _ target: ResultRows, _ rows: Int, _ columns: Int) {
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

  /// The bias of the `count` columns of a panel, zeros past the edge.
  @inline(__always)
  private func fillBias(_ target: UnsafeMutablePointer<Float>, _ column: Int, _ count: Int) {
    for j in 0..<GemmTile.columns { target[j] = 0 }
    if let bias { for j in 0..<count { target[j] = bias[column &+ j] } }
  }

  private func fillWithBias(_ rowRange: Range<Int>, _ columnRange: Range<Int>) {
    for i in rowRange {
      for j in columnRange { c.base[i &* c.stride &+ j] = bias.map { $0[j] } ?? 0 }
    }
  }
}

/// Memory for packed panels, which begins at a cache line. A thread that computes many products has one for all.
struct GemmScratch: ~Copyable {
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0

  init() {}

  /// Memory for `count` floats. Earlier contents are lost.
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
