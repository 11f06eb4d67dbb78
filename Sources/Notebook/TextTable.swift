/// One cell of a ``table(_:_:file:line:)``: a text, or a number with its format.
///
/// Literals need no case: `["ViT-B", 85_806_346, .percent(0.9563)]`.
public struct Cell: Equatable, Sendable {
  /// What is printed.
  public let text: String
  /// Whether the cell reads as a number, and so is set right.
  public let isNumber: Bool

  /// A cell with a text; one that reads as a number (`"1,024"`, `"95.6%"`) is set as a number.
  public static func text(_ text: String) -> Cell { Cell(text: text, isNumber: NumberText.reads(text)) }

  /// A whole number with thousands separators.
  public static func integer(_ value: Int) -> Cell { Cell(text: Format.integer(value), isNumber: true) }

  /// A number with a fixed count of decimals.
  public static func fixed(_ value: some BinaryFloatingPoint, decimals: Int) -> Cell {
    Cell(text: Format.fixed(value, decimals: decimals), isNumber: true)
  }

  /// A number with a count of significant digits.
  public static func significant(_ value: some BinaryFloatingPoint, digits: Int) -> Cell {
    Cell(text: Format.significant(value, digits: digits), isNumber: true)
  }

  /// A fraction as a percentage.
  public static func percent(_ fraction: some BinaryFloatingPoint, decimals: Int = 2) -> Cell {
    Cell(text: Format.percent(fraction, decimals: decimals), isNumber: true)
  }

  /// A shape.
  public static func shape(_ shape: [Int]) -> Cell { Cell(text: Format.list(shape), isNumber: false) }
}

extension Cell: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
  /// A text cell, as ``text(_:)``.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A whole number, as ``integer(_:)``.
  public init(integerLiteral value: Int) { self = .integer(value) }
}

/// Lays a table out in columns: text to the left, numbers to the right, two spaces between.
public struct TextTable {
  private let header: [String]
  private let rows: [[Cell]]

  /// - Parameters:
  ///   - header: the columns' names.
  ///   - rows: as many cells in each as there are columns.
  public init(_ header: [String], _ rows: [[Cell]]) {
    for (index, row) in rows.enumerated() {
      precondition(
        row.count == header.count, "row \(index) has \(row.count) cells, the table has \(header.count) columns")
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

/// Recognises text that is a number as ``Format`` writes it.
enum NumberText {
  /// Whether the whole text is a number, with separators, exponent, percent or multiplication sign allowed.
  static func reads(_ text: String) -> Bool {
    if ["nan", "inf", "-inf"].contains(text) { return true }
    guard text.contains(where: isDigit) else { return false }
    var rest = text[...]
    if let first = rest.first, "+-−".contains(first) { rest.removeFirst() }
    if let last = rest.last, "%×".contains(last) { rest.removeLast() }
    guard let first = rest.first, let last = rest.last, isDigit(first) || first == ".", isDigit(last) else {
      return false
    }
    return rest.indices.allSatisfy { index in
      let character = rest[index]
      if isDigit(character) || character == "." || character == "," || character == "e" { return true }
      return "+-".contains(character) && rest[..<index].last == "e"
    }
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isWholeNumber }
}
