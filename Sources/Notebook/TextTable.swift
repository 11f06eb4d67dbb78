import Support

/// Lays a table out in columns: text to the left, numbers to the right, two spaces between.
public struct TextTable {
  private let header: [String]
  private let rows: [[Cell]]

  /// A table by its columns' names and its rows.
  ///
  /// - Parameters:
  ///   - header: the columns' names.
  ///   - rows: as many cells in each as there are columns.
  public init(_ header: [String], _ rows: [[Cell]]) {
    for (index, row) in rows.enumerated() where row.count != header.count {
      reportMisuse("TextTable", "row \(index) has \(row.count) cells, the table has \(header.count) columns")
    }
    self.header = header
    self.rows = rows
  }

  /// The table's lines: header, rule, one for each row; none ends with a space.
  public var lines: [String] {
    let columns = header.indices.map { column in
      Column(name: header[column], cells: rows.map { $0[column] })
    }
    let rule = columns.map { String(repeating: "-", count: $0.width) }
    return [line(columns) { header[$0] }, line(columns) { rule[$0] }]
      + rows.map { row in line(columns) { row[$0].text } }
  }

  /// The cells, for the trace.
  var record: TraceRecord.Table {
    TraceRecord.Table(
      header: header, rows: rows.map { $0.map(\.text) },
      isNumeric: header.indices.map { column in Column(name: "", cells: rows.map { $0[column] }).isNumeric })
  }

  private func line(_ columns: [Column], _ text: (Int) -> String) -> String {
    var result = ""
    for (index, column) in columns.enumerated() {
      if index > 0 { result += "  " }
      let text = text(index)
      let padding = DisplayWidth.padding(of: text, to: column.width)
      result += column.isNumeric ? padding + text : text + padding
    }
    while result.last == " " { result.removeLast() }
    return result
  }

  private struct Column {
    let width: Int
    /// A column of numbers may have gaps ("", "-", "–"), not words.
    let isNumeric: Bool

    init(name: String, cells: [Cell]) {
      width = cells.reduce(DisplayWidth.columns(of: name)) { max($0, DisplayWidth.columns(of: $1.text)) }
      let gaps: Set = ["", "-", "–", "—"]
      let filled = cells.filter { !gaps.contains($0.text) }
      isNumeric = !filled.isEmpty && filled.allSatisfy(\.isNumber)
    }
  }
}
