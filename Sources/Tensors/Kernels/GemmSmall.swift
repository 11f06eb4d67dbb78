/// Products whose right matrix fits into the first-level cache: one head of attention over a short sequence.
///
/// For them, blocks and packing would cost as much as the tiles. So nothing is divided into blocks, rows are read in
/// place, and at the edges tiles overlap: an element that is computed twice gets the same bits twice.
enum GemmSmall {
  /// Floats of `b`: half of the first-level cache.
  private static let mostFloats = 4096

  /// Whether a product is small, and large enough for one tile.
  @inline(__always)
  static func fits(_ g: Gemm, rows: Int, columns: Int) -> Bool {
    rows >= GemmTile.rows && columns >= GemmTile.fewColumns && columns &* g.depth <= mostFloats
      && g.a.elementType == .float32 && g.b.elementType == .float32
  }

  static func compute(_ g: Gemm, rows: Range<Int>, columns: Range<Int>, _ scratch: inout GemmScratch) {
    let zeros = scratch.reserve(GemmTile.columns &* (1 &+ g.depth))
    let packed = zeros + GemmTile.columns
    store(.zero, zeros)
    store(.zero, zeros + GemmTile.fewColumns)
    let a = g.a.base.assumingMemoryBound(to: Float.self)
    let (rowStride, columnStride) = (g.a.rowStride, g.a.columnStride)
    let lastRow = rows.upperBound &- GemmTile.rows
    var column = columns.lowerBound
    while column < columns.upperBound {
      let isWide = columns.upperBound &- column > GemmTile.fewColumns && columns.count >= GemmTile.columns
      let width = isWide ? GemmTile.columns : GemmTile.fewColumns
      // The last tiles end with the last column.
      column = min(column, columns.upperBound &- width)
      var b = g.b.base.assumingMemoryBound(to: Float.self) + column &* g.b.columnStride
      var bStride = g.b.rowStride
      if g.b.columnStride != 1 {
        for half in stride(from: 0, to: width, by: GemmTile.fewColumns) {
          GemmPacking.packEight(
            b + half &* g.b.columnStride, bStride, g.b.columnStride, GemmTile.fewColumns, g.depth, packed + half, width)
        }
        b = UnsafePointer(packed)
        bStride = width
      }
      let bias = ResultRows(base: g.bias.map { UnsafeMutablePointer(mutating: $0 + column) } ?? zeros, stride: 0)
      var row = rows.lowerBound
      while row < rows.upperBound {
        row = min(row, lastRow)
        let left = LeftPanel(base: a + row &* rowStride, rowStride: rowStride, columnStride: columnStride)
        let c = ResultRows(base: g.c.base + (row &* g.c.stride &+ column), stride: g.c.stride)
        if isWide {
          GemmTile.multiply(left, b, bStride: bStride, depth: g.depth, from: bias, into: c)
        } else {
          GemmTile.multiplyNarrow(left, b, bStride: bStride, depth: g.depth, from: bias, into: c)
        }
        row &+= GemmTile.rows
      }
      column &+= width
    }
  }
}
