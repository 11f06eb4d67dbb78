import Foundation

/// The expected output of a lesson as data: its values and the cells of its tables, by the names that it prints.
///
/// A lesson that quotes a result of another one reads it here, so that the quotation changes with the result.
///
/// ```swift
/// let vit = try ExpectedOutput(lesson: "04", root: root)
/// try vit.value("ViT parameters")                                      // "85,806,346"
/// try vit.cell("logistic regression", column: "other writers")         // "90.28%"
/// ```
public struct ExpectedOutput: Sendable {
  /// The path of the file, from the package's root.
  public let file: String
  private let lines: [Substring]

  /// Reads what a lesson is expected to print.
  ///
  /// - Parameters:
  ///   - lesson: its number or target.
  ///   - root: the package's root.
  /// - Throws: ``CourseError`` for an unknown lesson or a file that cannot be read.
  public init(lesson: String, root: URL) throws {
    let path = try Manifest(root: root).lesson(named: lesson).golden
    guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
      throw CourseError("\(path): cannot be read")
    }
    self.init(parsing: text, file: path)
  }

  /// Takes the text apart.
  ///
  /// - Parameter file: its name, for errors.
  public init(parsing text: String, file: String) {
    self.file = file
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// What is printed behind `name:`, without the note that follows it; the first one if there are several.
  ///
  /// - Throws: ``CourseError`` if the lesson prints no such value.
  public func value(_ name: String) throws -> String {
    for line in lines where line.hasPrefix("\(name): ") {
      let value = line.dropFirst(name.count + 2)
      return String(value.firstRange(of: "  # ").map { value[..<$0.lowerBound] } ?? value)
    }
    throw CourseError("\(file): prints no value named '\(name)'")
  }

  /// The cell of the first table that has such a row and column.
  ///
  /// - Parameters:
  ///   - row: what stands in the table's first column.
  ///   - column: the header of the cell's column.
  /// - Throws: ``CourseError`` if there is no such table.
  public func cell(_ row: String, column: String) throws -> String {
    for rule in lines.indices where rule > 0 && Self.isRule(lines[rule]) {
      let columns = Self.columns(under: lines[rule])
      let headers = columns.map { Self.text(of: lines[rule - 1], in: $0) }
      guard let wanted = headers.firstIndex(of: column) else { continue }
      let rows = lines[(rule + 1)...].prefix { !$0.isEmpty }
      if let line = rows.first(where: { Self.text(of: $0, in: columns[0]) == row }) {
        return Self.text(of: line, in: columns[wanted])
      }
    }
    throw CourseError("\(file): no table has the row '\(row)' and the column '\(column)'")
  }

  /// Whether a line is the dashes between a table's head and its rows. A section's underline is one such, too, of one
  /// column: no row follows it.
  private static func isRule(_ line: Substring) -> Bool {
    !line.isEmpty && line.allSatisfy { $0 == "-" || $0 == " " } && line.first == "-"
  }

  /// The places of a table's columns in its lines: where its rule has dashes.
  private static func columns(under rule: Substring) -> [Range<Int>] {
    var columns: [Range<Int>] = []
    for (place, character) in rule.enumerated() where character == "-" {
      if let last = columns.last, last.upperBound == place {
        columns[columns.count - 1] = last.lowerBound..<place + 1
      } else {
        columns.append(place..<place + 1)
      }
    }
    return columns
  }

  private static func text(of line: Substring, in column: Range<Int>) -> String {
    line.dropFirst(column.lowerBound).prefix(column.count).trimmingCharacters(in: .whitespaces)
  }
}
