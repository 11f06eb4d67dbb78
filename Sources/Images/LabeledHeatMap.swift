extension Image {
  /// A matrix of numbers as a picture, one square for each, with a name to the left of each row and one, turned a
  /// quarter, above each column.
  ///
  /// - Parameters:
  ///   - values: a number for each row and column, row by row.
  ///   - rows: the names of the rows, from above; at least one.
  ///   - columns: the names of the columns, from the left; at least one.
  ///   - range: the numbers of the color map's ends; the smallest and largest finite value if nil.
  ///   - cell: the side of a square, in pixels; in squares lower than a line of text names overlap.
  public static func labeledHeatMap(
    _ values: [Float], rows: [String], columns: [String], colormap: Colormap = .viridis,
    range: ClosedRange<Float>? = nil, cell: Int = 16
  ) -> Image {
    let map = heatMap(
      values, columns: columns.count, rows: rows.count, colormap: colormap, range: range, cell: cell)
    let (gap, line) = (4, BitmapFont.lineHeight)
    func longest(_ names: [String]) -> Int { names.map { BitmapFont.width(of: $0) }.reduce(1, max) }
    let (left, top) = (longest(rows) + 2 * gap, longest(columns) + 2 * gap)
    let inset = (cell - line) / 2

    var result = Image(width: left + map.width + gap, height: top + map.height + gap)
    result.paste(map, x: left, y: top)
    for (index, name) in rows.enumerated() {
      result.drawText(name, x: left - gap - BitmapFont.width(of: name), y: top + index * cell + inset)
    }
    for (index, name) in columns.enumerated() {
      var label = Image(width: max(BitmapFont.width(of: name), 1), height: line)
      label.drawText(name, x: 0, y: 0)
      result.paste(
        label.rotated(quarterTurns: -1), x: left + index * cell + inset, y: top - gap - BitmapFont.width(of: name))
    }
    return result
  }
}
