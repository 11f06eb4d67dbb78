import Support

/// Where in a lesson's source an output was asked for.
struct SourceLine: Equatable {
  let file: String
  let line: Int
}

/// Lays a lesson's outputs out as text and hands them on, each with its source line.
///
/// Values follow each other line by line; titles, sections, tables, notes and figures stand apart by one blank line.
final class Transcript {
  /// Columns of running text: fixed, since the output must not depend on the terminal.
  static let width = 80

  private let record: (TraceRecord) -> Void
  private var previous: Spacing?

  private enum Spacing { case line, block }

  /// - Parameter record: takes each output in turn.
  init(record: @escaping (TraceRecord) -> Void) {
    self.record = record
  }

  func title(_ text: String, at source: SourceLine) {
    emit(.title, [text, Self.rule("=", under: text)], .block, source)
  }

  func section(_ text: String, at source: SourceLine) {
    emit(.section, [text, Self.rule("-", under: text)], .block, source)
  }

  /// `label: value  # note`; a value of several lines starts under its label.
  func value(_ label: String, _ lines: [String], note: String?, at source: SourceLine) {
    let remark = note.map { "  # " + $0 } ?? ""
    if lines.count == 1 {
      emit(.value, ["\(label): \(lines[0])\(remark)"], .line, source)
    } else {
      emit(.value, ["\(label):\(remark)"] + lines, .block, source)
    }
  }

  func table(_ table: TextTable, at source: SourceLine) {
    emit(.table, table.lines, .block, source, table: table.record)
  }

  func note(_ text: String, at source: SourceLine) {
    emit(.note, Paragraph.wrap(text, width: Self.width), .block, source)
  }

  func verbatim(_ text: String, at source: SourceLine) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last == "" { lines.removeLast() }
    emit(.verbatim, lines, .block, source)
  }

  /// - Parameters:
  ///   - lines: the figure in plain text, if it has one.
  ///   - figure: for the trace; the text does not depend on it.
  func figure(_ text: String, _ lines: [String], _ figure: TraceRecord.Figure, at source: SourceLine) {
    emit(.figure, Paragraph.wrap(text, width: Self.width) + lines, .block, source, figure: figure)
  }

  private func emit(
    _ kind: TraceRecord.Kind, _ lines: [String], _ spacing: Spacing, _ source: SourceLine,
    table: TraceRecord.Table? = nil, figure: TraceRecord.Figure? = nil
  ) {
    let standsApart = previous != nil && (spacing == .block || previous == .block)
    let text = (standsApart ? "\n" : "") + lines.map { printable($0) + "\n" }.joined()
    previous = spacing
    record(TraceRecord(file: source.file, line: source.line, kind: kind, text: text, table: table, figure: figure))
  }

  private static func rule(_ stroke: String, under text: String) -> String {
    String(repeating: stroke, count: DisplayWidth.columns(of: text))
  }
}
