import Images
import Notebook

/// A sheet of characters that is written on at any place.
struct TextCanvas {
  /// The most columns that a plot's text may have.
  static let columns = 80

  let width: Int
  private(set) var cells: [[Character]]
  /// What stands after a character of two columns.
  private static let covered: Character = "\u{0}"

  init(width: Int, height: Int) {
    self.width = width
    cells = Array(repeating: Array(repeating: " ", count: width), count: height)
  }

  /// One character; outside of the sheet nothing happens.
  subscript(x: Int, y: Int) -> Character {
    get { cells.indices.contains(y) && (0..<width).contains(x) ? cells[y][x] : " " }
    set { if cells.indices.contains(y), (0..<width).contains(x) { cells[y][x] = newValue } }
  }

  mutating func put(_ text: String, _ x: Int, _ y: Int) {
    var column = x
    for character in text {
      let columns = DisplayWidth.columns(of: character)
      if columns == 0 { continue }
      self[column, y] = character
      if columns == 2 { self[column + 1, y] = Self.covered }
      column += columns
    }
  }

  /// The rows without spaces at their ends.
  var lines: [String] {
    cells.map { Self.trimmed(String($0.filter { $0 != Self.covered })) }
  }

  static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }

  /// Lines as a lesson's output takes them: not empty, and cut where they are too long.
  static func finished(_ lines: [String]) -> [String] {
    lines.map { trimmed(cut($0, to: columns)) }.filter { !$0.isEmpty }
  }

  /// A text of at most so many columns, cut with an ellipsis.
  static func cut(_ text: String, to columns: Int) -> String {
    guard DisplayWidth.columns(of: text) > columns else { return text }
    var result = text
    while !result.isEmpty, DisplayWidth.columns(of: result) > columns - 1 { result.removeLast() }
    return result + "…"
  }

  /// A text filled with spaces, or cut, to a count of columns.
  static func fitted(_ text: String, to columns: Int, right: Bool = false) -> String {
    let cut = cut(text, to: columns)
    let padding = DisplayWidth.padding(of: cut, to: columns)
    return right ? padding + cut : cut + padding
  }

  /// Items one after the other, in lines of at most 80 columns.
  static func flow(_ items: [String], separator: String) -> [String] {
    var lines: [String] = []
    for item in items {
      if let last = lines.last, DisplayWidth.columns(of: last + separator + item) <= columns {
        lines[lines.count - 1] = last + separator + item
      } else {
        lines.append(item)
      }
    }
    return lines
  }

  /// Running text in lines of at most so many columns.
  static func wrap(_ text: String, to columns: Int = Self.columns) -> [String] {
    let words = text.split(separator: " ").map { cut(String($0), to: columns) }
    return Images.lines(of: words) { DisplayWidth.columns(of: $0) <= columns }
  }
}

/// Dots finer than characters: a Braille character holds two columns of four.
struct BrailleCanvas {
  let columns, rows: Int
  private var dots: [UInt32]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    dots = Array(repeating: 0, count: columns * rows)
  }

  /// A dot; `x` in halves of a column, `y` in quarters of a row.
  mutating func set(_ x: Int, _ y: Int) {
    guard (0..<2 * columns).contains(x), (0..<4 * rows).contains(y) else { return }
    let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    dots[y / 4 * columns + x / 2] |= bits[y % 4][x % 2]
  }

  /// A stroke of dots (Bresenham 1965).
  mutating func line(_ start: (x: Int, y: Int), _ end: (x: Int, y: Int)) {
    let (width, height) = (abs(end.x - start.x), -abs(end.y - start.y))
    var (x, y, error) = (start.x, start.y, width + height)
    while true {
      set(x, y)
      if x == end.x && y == end.y { return }
      let doubled = 2 * error
      if doubled >= height {
        error += height
        x += start.x < end.x ? 1 : -1
      }
      if doubled <= width {
        error += width
        y += start.y < end.y ? 1 : -1
      }
    }
  }

  /// The character at a place; nil without a dot.
  subscript(column: Int, row: Int) -> Character? {
    let bits = dots[row * columns + column]
    return bits == 0 ? nil : Unicode.Scalar(0x2800 + bits).map(Character.init)
  }
}
