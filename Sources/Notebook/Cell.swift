import Support

/// One cell of a ``table(_:_:file:line:)``: a text, or a number with its format.
///
/// Literals need no case: `["ViT-B", 85_806_346, .percent(0.9563)]`.
public struct Cell: Equatable, Sendable {
  /// What is printed.
  public let text: String
  /// Whether the cell reads as a number, and so is set right.
  public let isNumber: Bool

  /// A cell with a text; one that reads as a number (`"1,024"`, `"95.6%"`) is set as a number.
  /// What a terminal would obey rather than show, a line break too, is spelled out.
  public static func text(_ text: String) -> Cell {
    Cell(text: printable(text, keepingLines: false), isNumber: NumberText.reads(text))
  }

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

/// Recognizes text that is a number as ``Format`` writes it.
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
