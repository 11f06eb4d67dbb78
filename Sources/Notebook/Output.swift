// What a lesson prints with. Each function records the line that called it.

/// Begins a section: its heading, underlined.
@MainActor
public func section(_ title: String, file: String = #fileID, line: Int = #line) {
  Session.current(for: "section", file, line).write { $0.section(title, at: SourceLine(file: file, line: line)) }
}

/// Prints running text, wrapped to 80 columns; an empty line in it begins a new paragraph.
@MainActor
public func note(_ text: String, file: String = #fileID, line: Int = #line) {
  Session.current(for: "note", file, line).write { $0.note(text, at: SourceLine(file: file, line: line)) }
}

/// Prints lines as they are: a diagram, a formula, a listing.
@MainActor
public func verbatim(_ text: String, file: String = #fileID, line: Int = #line) {
  Session.current(for: "verbatim", file, line).write { $0.verbatim(text, at: SourceLine(file: file, line: line)) }
}

/// Prints a table with texts to the left and numbers to the right.
///
/// ```swift
/// table(["model", "parameters", "accuracy"], [["ViT-B", 85_806_346, .percent(0.9563)]])
/// ```
/// - Parameters:
///   - header: the columns' names.
///   - rows: as many cells in each as there are columns.
@MainActor
public func table(_ header: [String], _ rows: [[Cell]], file: String = #fileID, line: Int = #line) {
  for (index, row) in rows.enumerated() where row.count != header.count {
    System.stop("\(file):\(line): row \(index) of the table has \(row.count) cells, its header \(header.count)")
  }
  Session.current(for: "table", file, line).write {
    $0.table(TextTable(header, rows), at: SourceLine(file: file, line: line))
  }
}

/// Prints a table of texts; columns whose texts read as numbers are set to the right.
@MainActor
public func table(_ header: [String], _ rows: [[String]], file: String = #fileID, line: Int = #line) {
  table(header, rows.map { $0.map(Cell.text) }, file: file, line: line)
}

/// Prints a line on standard error: time taken, advice, anything that may differ between two runs.
@MainActor
public func hint(_ text: String, file: String = #fileID, line: Int = #line) {
  Session.current(for: "hint", file, line).writeToStandardError(text + "\n")
}

/// The value of an expression, or the end of the program with one line on standard error when it throws.
///
/// For what a lesson cannot go on without: `let digits = require(try Digits.load())`.
@discardableResult
public func require<Value>(_ expression: @autoclosure () throws -> Value) -> Value {
  do {
    return try expression()
  } catch {
    System.stop("\(System.programName): \(error)")
  }
}
