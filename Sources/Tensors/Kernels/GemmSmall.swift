/// Products whose right matrix fits into the first-level cache: one head of attention over a short sequence.
///
/// There the work around the tiles would cost as much as the tiles. So nothing is divided into blocks, rows are read where
/// they lie, and at the edges tiles overlap: an element that is computed twice gets the same bits twice.
enum GemmSmall {
  /// Floats of `b`: half of the first-level cache.
  private static let mostFloats = 4096
  /// Columns of the narrow tile.
  private static let fewColumns = 8

  /// Whether a product is small, and large enough for one tile.
  @inline(__always)
  static func fits(_ g: Gemm, rows: Int, columns: Int) -> Bool {
    rows >= GemmTile.rows && columns >= fewColumns && columns &* g.depth <= mostFloats
      && g.a.elementType == .float32 && g.b.elementType == .float32
  }

  static func compute(_ g: Gemm, rows: Range<Int>, columns: Range<Int>, _ scratch: inout GemmScratch) {
    let zeros = scratch.reserve(GemmTile.columns &* (1 &+ g.depth))
    let packed = zeros + GemmTile.columns
    store(.zero, zeros)
    store(.zero, zeros + 8)
    let a = g.a.base.assumingMemoryBound(to: Float.self)
    let (rowStride, columnStride) = (g.a.rowStride, g.a.columnStride)
    let lastRow = rows.upperBound &- GemmTile.rows
    var column = columns.lowerBound
    while column < columns.upperBound {
      let isWide = columns.upperBound &- column > fewColumns && columns.count >= GemmTile.columns
      let width = isWide ? GemmTile.columns : fewColumns
      // The last tiles end with the last column.
      column = min(column, columns.upperBound &- width)
      var b = g.b.base.assumingMemoryBound(to: Float.self) + column &* g.b.columnStride
      var bStride = g.b.rowStride
      if g.b.columnStride != 1 || crowdsCache(stride: bStride) {
        for half in stride(from: 0, to: width, by: 8) {
          GemmPacking.packEight(
            b + half &* g.b.columnStride, bStride, g.b.columnStride, 8, g.depth, packed + half, width)
        }
        b = UnsafePointer(packed)
        bStride = width
      }
      let start = TileRows(base: g.start.map { UnsafeMutablePointer(mutating: $0 + column) } ?? zeros, stride: 0)
      var row = rows.lowerBound
      while row < rows.upperBound {
        row = min(row, lastRow)
        let left = LeftPanel(base: a + row &* rowStride, rowStride: rowStride, columnStride: columnStride)
        let c = TileRows(base: g.c + (row &* g.cStride &+ column), stride: g.cStride)
        if isWide {
          GemmTile.multiply16(left, b, bStride: bStride, depth: g.depth, from: start, into: c)
        } else {
          GemmTile.multiply8(left, b, bStride: bStride, depth: g.depth, from: start, into: c)
        }
        row &+= GemmTile.rows
      }
      column &+= width
    }
  }
}
