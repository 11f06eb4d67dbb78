/// A part of a page in Markdown: GitHub's dialect, as far as the course's pages and guides use it.
///
/// Every text can be read; what is no markup is a paragraph.
public indirect enum MarkdownBlock: Equatable, Sendable {
  case heading(level: Int, [MarkdownInline])
  case paragraph([MarkdownInline])
  /// Code or output between fences; the language is empty if none is named.
  case code(language: String, String)
  case list(MarkdownList)
  case quote([MarkdownBlock])
  case table(MarkdownTable)
  /// What is folded away under a summary.
  case details(summary: [MarkdownInline], [MarkdownBlock])
  case rule

  /// Takes a page apart.
  public static func parse(_ text: String) -> [MarkdownBlock] {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { Substring($0.replacing("\t", with: "    ")) }
    var parser = BlockParser(lines, depth: 0)
    return parser.parse()
  }
}

/// Items with bullets or numbers.
public struct MarkdownList: Equatable, Sendable {
  /// The number of the first item, nil for bullets.
  public var start: Int?
  /// Whether blank lines stand between the items.
  public var isLoose = false
  /// The items.
  public var items: [[MarkdownBlock]] = []
}

/// A table with a head.
public struct MarkdownTable: Equatable, Sendable {
  /// The names of the columns.
  public var header: [[MarkdownInline]]
  /// The rows, as many cells in each as there are columns.
  public var rows: [[[MarkdownInline]]]
  /// Whether each column is set right.
  public var isRight: [Bool]

  /// A table of as many columns as its header has.
  public init(header: [[MarkdownInline]], rows: [[[MarkdownInline]]], isRight: [Bool]) {
    self.header = header
    self.rows = rows
    self.isRight = isRight
  }
}

private struct BlockParser {
  private let lines: [Substring]
  /// How many quotes, lists and folds the lines stand in.
  private let depth: Int
  private var index = 0
  private var blocks: [MarkdownBlock] = []

  /// Deeper nesting is taken as text.
  private static let deepest = 20

  init(_ lines: [Substring], depth: Int) {
    self.lines = lines
    self.depth = depth
  }

  mutating func parse() -> [MarkdownBlock] {
    while index < lines.count { step() }
    return blocks
  }

  private mutating func step() {
    let content = lines[index].drop { $0 == " " }
    if content.isEmpty {
      index += 1
    } else if content.hasPrefix("<!--") {
      comment()
    } else if let mark = Self.fence(content) {
      code(mark, indentation: lines[index].count - content.count)
    } else if let heading = Self.heading(content) {
      blocks.append(heading)
      index += 1
    } else if Self.isRule(content) {
      blocks.append(.rule)
      index += 1
    } else if depth < Self.deepest, content.hasPrefix("<details") {
      details()
    } else if depth < Self.deepest, content.hasPrefix(">") {
      quote()
    } else if depth < Self.deepest, Self.marker(lines[index]) != nil {
      list()
    } else if let isRight = delimiters(below: index) {
      table(isRight)
    } else {
      paragraph()
    }
  }

  private func nested(_ lines: [Substring]) -> [MarkdownBlock] {
    var parser = BlockParser(lines, depth: depth + 1)
    return parser.parse()
  }

  // MARK: Leaves

  private mutating func comment() {
    while index < lines.count {
      index += 1
      if lines[index - 1].contains("-->") { return }
    }
  }

  /// The backticks or tildes that a line begins a listing with.
  private static func fence(_ content: Substring) -> Substring? {
    guard let first = content.first, first == "`" || first == "~" else { return nil }
    let mark = content.prefix { $0 == first }
    return mark.count >= 3 && !content.dropFirst(mark.count).contains("`") ? mark : nil
  }

  private mutating func code(_ mark: Substring, indentation: Int) {
    let language = lines[index].drop { $0 == " " }.dropFirst(mark.count).split(separator: " ").first ?? ""
    index += 1
    var code: [Substring] = []
    while index < lines.count {
      let content = lines[index].drop { $0 == " " }
      index += 1
      let closing = content.prefix { $0 == mark.first }
      if closing.count >= mark.count, content.dropFirst(closing.count).allSatisfy({ $0 == " " }) { break }
      let line = lines[index - 1]
      code.append(line.dropFirst(min(line.prefix { $0 == " " }.count, indentation)))
    }
    blocks.append(.code(language: String(language), code.joined(separator: "\n")))
  }

  private static func heading(_ content: Substring) -> MarkdownBlock? {
    let level = content.prefix { $0 == "#" }.count
    let rest = content.dropFirst(level)
    guard (1...6).contains(level), rest.isEmpty || rest.first == " " else { return nil }
    var title = trimmed(rest)
    if let mark = title.lastIndex(where: { $0 != "#" }), title[mark] == " " { title = trimmed(title[..<mark]) }
    return .heading(level: level, MarkdownInline.parse(String(title)))
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func isRule(_ content: Substring) -> Bool {
    let marks = content.filter { $0 != " " }
    guard let first = marks.first, "-*_".contains(first) else { return false }
    return marks.count >= 3 && marks.allSatisfy { $0 == first }
  }

  private mutating func paragraph() {
    var text = [trimmedEnd(lines[index].drop { $0 == " " })]
    index += 1
    while index < lines.count, !endsParagraph(lines[index]) {
      text.append(trimmedEnd(lines[index].drop { $0 == " " }))
      index += 1
    }
    let inlines = MarkdownInline.parse(text.joined(separator: "\n"))
    if !inlines.isEmpty { blocks.append(.paragraph(inlines)) }
  }

  /// Two spaces at the end of a line stay: they ask for a line break.
  private func trimmedEnd(_ line: Substring) -> String {
    var line = line
    let isBreak = line.hasSuffix("  ")
    while line.last == " " { line.removeLast() }
    return line + (isBreak ? "  " : "")
  }

  private func endsParagraph(_ line: Substring) -> Bool {
    let content = line.drop { $0 == " " }
    if content.isEmpty || Self.fence(content) != nil || Self.heading(content) != nil || Self.isRule(content) {
      return true
    }
    if content.hasPrefix(">") || content.hasPrefix("<details") || content.hasPrefix("</details") { return true }
    guard let marker = Self.marker(line) else { return false }
    return marker.number == nil || marker.number == 1
  }

  // MARK: Containers

  private mutating func quote() {
    var content: [Substring] = []
    while index < lines.count {
      let line = lines[index].drop { $0 == " " }
      guard line.hasPrefix(">") else { break }
      content.append(line.hasPrefix("> ") ? line.dropFirst(2) : line.dropFirst())
      index += 1
    }
    blocks.append(.quote(nested(content)))
  }

  /// `<details>` with its `<summary>`, up to the `</details>` that belongs to it.
  private mutating func details() {
    var content: [Substring] = []
    var open = 0
    while index < lines.count {
      let line = lines[index].drop { $0 == " " }
      index += 1
      if line.hasPrefix("<details") { open += 1 }
      if line.hasPrefix("</details") { open -= 1 }
      if open == 0 { break }
      content.append(lines[index - 1])
    }
    content.removeFirst()
    var summary = ""
    let text = content.joined(separator: "\n")
    if let start = text.firstRange(of: "<summary>"), let end = text.firstRange(of: "</summary>"),
      start.upperBound <= end.lowerBound
    {
      summary = String(text[start.upperBound..<end.lowerBound])
      content = text[end.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
    }
    blocks.append(.details(summary: MarkdownInline.parse(summary), nested(content)))
  }

  private struct Marker {
    /// Nil for a bullet.
    let number: Int?
    let sign: Character
    /// Columns up to the item's text.
    let width: Int
    let indentation: Int
  }

  /// `- `, `* `, `+ `, `1. ` or `1) ` at the beginning of a line.
  private static func marker(_ line: Substring) -> Marker? {
    let indentation = line.prefix { $0 == " " }.count
    let content = line.dropFirst(indentation)
    let digits = content.prefix { $0.isASCII && $0.isWholeNumber }
    let rest = content.dropFirst(digits.count)
    guard let sign = rest.first, digits.count < 10, rest.dropFirst().isEmpty || rest.dropFirst().first == " " else {
      return nil
    }
    guard (digits.isEmpty ? "-*+" : ".)").contains(sign), digits.isEmpty != (sign == "." || sign == ")") else {
      return nil
    }
    let spaces = rest.dropFirst().prefix { $0 == " " }.count
    let space = (1...4).contains(spaces) ? spaces : 1
    return Marker(
      number: Int(digits), sign: sign, width: indentation + digits.count + 1 + space, indentation: indentation)
  }

  private mutating func list() {
    var list = MarkdownList()
    guard let first = Self.marker(lines[index]) else { return }
    list.start = first.number
    while index < lines.count, let marker = Self.marker(lines[index]), marker.sign == first.sign,
      marker.indentation < first.width
    {
      var content = [lines[index].dropFirst(marker.width)]
      index += 1
      while index < lines.count, belongs(lines[index], to: marker, after: content) {
        content.append(lines[index].dropFirst(min(lines[index].prefix { $0 == " " }.count, marker.width)))
        index += 1
      }
      let hasGap = content.last?.isEmpty == true
      while content.last?.isEmpty == true { content.removeLast() }
      list.items.append(nested(content))
      let isFollowed = index < lines.count && Self.marker(lines[index])?.sign == first.sign
      if content.contains(where: \.isEmpty) || hasGap && isFollowed { list.isLoose = true }
    }
    blocks.append(.list(list))
  }

  private func belongs(_ line: Substring, to marker: Marker, after content: [Substring]) -> Bool {
    let indentation = line.prefix { $0 == " " }.count
    if indentation == line.count || indentation >= marker.width { return true }
    // A line that goes on with the paragraph above, though it is not indented.
    return content.last?.isEmpty == false && !endsParagraph(line) && Self.marker(line) == nil
  }

  // MARK: Tables

  /// Whether each column is set right, if a table begins at a line: the line below is `|---|--:|`.
  private func delimiters(below line: Int) -> [Bool]? {
    guard lines[line].contains("|"), line + 1 < lines.count else { return nil }
    let rule = lines[line + 1]
    guard rule.contains("-"), rule.allSatisfy({ "|:- ".contains($0) }) else { return nil }
    let columns = Self.cells(rule)
    guard columns.count == Self.cells(lines[line]).count, columns.allSatisfy({ $0.contains("-") }) else { return nil }
    return columns.map { $0.hasSuffix(":") && !$0.hasPrefix(":") }
  }

  private mutating func table(_ isRight: [Bool]) {
    let header = Self.cells(lines[index]).map(MarkdownInline.parse)
    index += 2
    var rows: [[[MarkdownInline]]] = []
    while index < lines.count, lines[index].contains("|") {
      var row = Self.cells(lines[index]).prefix(header.count).map(MarkdownInline.parse)
      row += Array(repeating: [], count: header.count - row.count)
      rows.append(row)
      index += 1
    }
    blocks.append(.table(MarkdownTable(header: header, rows: rows, isRight: isRight)))
  }

  /// The cells of a row; `\|` is no border.
  private static func cells(_ line: Substring) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in trimmed(line) {
      if character == "|", !isEscaped {
        cells.append("")
      } else {
        if character == "|" { cells[cells.count - 1].removeLast() }
        cells[cells.count - 1].append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    if cells.first == "" { cells.removeFirst() }
    if cells.count > 1, cells.last == "" { cells.removeLast() }
    return cells.map { String(trimmed($0[...])) }
  }
}
