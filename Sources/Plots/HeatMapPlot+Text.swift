import Notebook

extension HeatMapPlot {
  private static let shades: [Character] = ["·", "░", "▒", "▓", "█"]

  /// A table of the numbers, or of shades where there are too many.
  public var textLines: [String] {
    TextCanvas.finished(heading + (numbers ?? shaded))
  }

  private var heading: [String] {
    let rows = rowTitle.isEmpty ? [] : ["down: \(rowTitle)"]
    let columns = columnTitle.isEmpty ? [] : ["across: \(columnTitle)"]
    return TextCanvas.wrap(title) + TextCanvas.flow(rows + columns + ["numbers: \(scaleTitle)"], separator: "; ")
  }

  private func nameWidth(_ limit: Int) -> Int {
    min(rows.map { DisplayWidth.columns(of: $0) }.max() ?? 0, limit)
  }

  /// The numbers in columns, if they fit; long names of columns are written under the table.
  private var numbers: [String]? {
    guard showsNumbers, values.count <= 24 else { return nil }
    let texts = values.map { $0.map(format.text) }
    let numberWidth = texts.flatMap { $0 }.map(\.count).max() ?? 1
    let longest = columns.map { DisplayWidth.columns(of: $0) }.max() ?? 0
    let left = nameWidth(26)
    let room = (TextCanvas.columns - left) / values[0].count - 1
    guard room >= max(numberWidth, 2) else { return nil }
    let isNumbered = longest > room
    let width = isNumbered ? max(numberWidth, 3) : max(numberWidth, longest)
    let heads = isNumbered ? columns.indices.map { "(\($0 + 1))" } : columns
    guard (width + 1) * values[0].count + left <= TextCanvas.columns else { return nil }
    func line(_ name: String, _ cells: [String]) -> String {
      TextCanvas.fitted(name, to: left)
        + cells.map { " " + DisplayWidth.padding(of: $0, to: width) + $0 }.joined()
    }
    let body = texts.enumerated().map { line(rows.isEmpty ? "" : rows[$0], $1) }
    let below = isNumbered ? TextCanvas.flow(columns.enumerated().map { "(\($0 + 1)) \($1)" }, separator: "  ") : []
    return (columns.isEmpty ? [] : [line("", heads)]) + body + below
  }

  /// A shade for each cell; neighbors are averaged where there are more cells than room.
  private var shaded: [String] {
    let left = nameWidth(24)
    let room = TextCanvas.columns - left - 1
    let group = (values[0].count + room - 1) / room
    let rowGroup = (values.count + 39) / 40
    let cellColumns = values[0].count * 2 <= room ? 2 : 1
    let body = stride(from: 0, to: values.count, by: rowGroup).map { first -> String in
      let block = values[first..<min(first + rowGroup, values.count)]
      let cells = stride(from: 0, to: values[0].count, by: group).map { column -> String in
        let parts = block.flatMap { $0[column..<min(column + group, $0.count)] }
        let mean = parts.reduce(0) { $0 + $1 / Double(parts.count) }
        let shade = Self.shades[min(Int(fraction(mean) * Double(Self.shades.count)), Self.shades.count - 1)]
        return String(repeating: shade, count: cellColumns)
      }
      return TextCanvas.fitted(rows.isEmpty ? "" : rows[first], to: left) + " " + cells.joined()
    }
    let step = (range.upperBound - range.lowerBound) / Double(Self.shades.count)
    let key = Self.shades.enumerated().map { index, shade in
      "\(shade) from \(format.text(range.lowerBound + step * Double(index)))"
    }
    let names =
      columns.isEmpty ? [] : TextCanvas.flow(["columns:"] + columns.enumerated().map { "\($1)" }, separator: " · ")
    return body + TextCanvas.flow(key, separator: "  ") + names
  }
}
