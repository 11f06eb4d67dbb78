import Notebook

/// A table in columns; cells are broken into lines where the terminal is narrower than the table.
struct TerminalTable {
  private let header: [[Span]]
  private let rows: [[[Span]]]
  private let isRight: [Bool]
  private let widths: [Int]

  /// - Parameters:
  ///   - width: columns that it may take.
  init(header: [[Span]], rows: [[[Span]]], isRight: [Bool], width: Int) {
    (self.header, self.rows, self.isRight) = (header, rows, isRight)
    let natural = header.indices.map { column in
      ([header] + rows).map { StyledText.columns(of: $0[column]) }.max() ?? 0
    }
    widths = Self.fitted(natural, to: width - 2 * (header.count - 1))
  }

  /// The widths, the largest of them made smaller until all fit; none becomes narrower than a short word.
  private static func fitted(_ widths: [Int], to room: Int) -> [Int] {
    let narrowest = 6
    var limit = widths.max() ?? 0
    while limit > narrowest, widths.reduce(0, { $0 + min($1, limit) }) > room { limit -= 1 }
    var fitted = widths.map { min($0, limit) }
    // What is left of the room after the last step goes to the first columns that were made smaller.
    var rest = room - fitted.reduce(0, +)
    for column in fitted.indices where rest > 0 && fitted[column] < widths[column] {
      fitted[column] += 1
      rest -= 1
    }
    return fitted
  }

  var lines: [[Span]] {
    let bold = header.map { cell in
      cell.map { span in
        var span = span
        span.style.isBold = true
        return span
      }
    }
    let rule = widths.enumerated().flatMap { column, width in
      [Span(text: (column > 0 ? "  " : "") + String(repeating: "-", count: width), style: .faint)]
    }
    return lines(of: bold) + [rule] + rows.flatMap(lines)
  }

  private func lines(of row: [[Span]]) -> [[Span]] {
    let cells = row.enumerated().map { column, cell in StyledText.wrap(cell, width: widths[column]) }
    let height = max(cells.map(\.count).max() ?? 1, 1)
    return (0..<height).map { line in
      widths.indices.flatMap { column -> [Span] in
        let content = line < cells[column].count ? cells[column][line] : []
        let space = String(repeating: " ", count: max(widths[column] - StyledText.columns(of: content), 0))
        let gap = [Span(text: column > 0 ? "  " : "")]
        return gap + (isRight[column] ? [Span(text: space)] + content : content + [Span(text: space)])
      }
    }
  }
}
