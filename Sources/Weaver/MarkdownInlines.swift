/// A piece of running text in Markdown, with all that its surroundings say of it: the tree of emphasis and links is flat.
public struct MarkdownInline: Equatable, Sendable {
  /// What the piece is.
  public enum Kind: Equatable, Sendable {
    case text
    case code
    /// LaTeX.
    case math
    /// A picture at a path or address; the text is its alternative.
    case image(destination: String)
    /// The end of a line that the text asks for.
    case lineBreak
  }

  /// What the piece is.
  public var kind: Kind
  /// What it says, without marks.
  public var text: String
  /// Whether it stands between `**`.
  public var isStrong = false
  /// Whether it stands between `*`.
  public var isEmphasized = false
  /// Whether it stands between `<sub>` and `</sub>`.
  public var isSmall = false
  /// Where it leads.
  public var link: String?

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  /// Whether it is a picture.
  var isImage: Bool { if case .image = kind { true } else { false } }

  /// Takes running text apart. Whatever is no markup is text.
  public static func parse(_ text: String) -> [MarkdownInline] {
    var parser = InlineParser(text)
    return parser.parse()
  }

  /// The words of some pieces.
  public static func plainText(_ pieces: [MarkdownInline]) -> String { pieces.map(\.text).joined() }
}

/// Walks through running text once; marks of emphasis and brackets are resolved when their partner comes.
private struct InlineParser {
  /// A piece, or a mark that may still become one.
  private struct Node {
    enum Mark: Equatable {
      case none
      case emphasis(Character, canOpen: Bool, canClose: Bool)
      case bracket(isImage: Bool)
    }

    var inline: MarkdownInline
    var mark = Mark.none
    var isDropped = false
  }

  private let characters: [Character]
  private var position = 0
  private var nodes: [Node] = []
  private var text = ""
  private var isSmall = false

  init(_ text: String) { characters = Array(text) }

  mutating func parse() -> [MarkdownInline] {
    while position < characters.count { step() }
    flush()
    resolveEmphasis(from: 0)
    var pieces: [MarkdownInline] = []
    for node in nodes where !node.isDropped && (!node.inline.text.isEmpty || node.inline.kind != .text) {
      if let last = pieces.last, last.kind == .text, joined(last, node.inline) {
        pieces[pieces.count - 1].text += node.inline.text
      } else {
        pieces.append(node.inline)
      }
    }
    return pieces
  }

  /// Whether two pieces differ in their text alone.
  private func joined(_ first: MarkdownInline, _ second: MarkdownInline) -> Bool {
    var first = first
    first.text = second.text
    return first == second
  }

  private mutating func step() {
    let character = characters[position]
    switch character {
    case "\\": escape()
    case "`": code()
    case "$" where peek(1) == "`": math()
    case "*", "_": emphasis(character)
    case "!" where peek(1) == "[": open(isImage: true, length: 2)
    case "[": open(isImage: false, length: 1)
    case "]": close()
    case "<": tag()
    case "&": entity()
    case _ where character.isNewline: newline()
    default: take(character)
    }
  }

  private func peek(_ offset: Int) -> Character? {
    characters.indices.contains(position + offset) ? characters[position + offset] : nil
  }

  private mutating func take(_ character: Character) {
    text.append(character)
    position += 1
  }

  private mutating func flush() {
    if !text.isEmpty { append(MarkdownInline(.text, text)) }
    text = ""
  }

  private mutating func append(_ inline: MarkdownInline, mark: Node.Mark = .none) {
    var node = Node(inline: inline, mark: mark)
    node.inline.isSmall = isSmall
    nodes.append(node)
  }

  // MARK: Pieces

  private mutating func escape() {
    guard let next = peek(1) else { return take("\\") }
    if next.isNewline {
      flush()
      append(MarkdownInline(.lineBreak, "\n"))
      position += 2
      skipSpaces()
    } else if next.isASCII, next.isPunctuation || next.isSymbol {
      text.append(next)
      position += 2
    } else {
      take("\\")
    }
  }

  private mutating func newline() {
    let isBreak = text.hasSuffix("  ")
    while text.last == " " { text.removeLast() }
    position += 1
    skipSpaces()
    guard isBreak else { return text.append(" ") }
    flush()
    append(MarkdownInline(.lineBreak, "\n"))
  }

  private mutating func skipSpaces() { while peek(0) == " " { position += 1 } }

  /// A run of backticks up to one of the same length.
  private mutating func code() {
    let length = run(of: "`", at: position)
    guard let end = closing(length, from: position + length) else {
      for _ in 0..<length { take("`") }
      return
    }
    var content = String(characters[(position + length)..<end].map { $0.isNewline ? " " : $0 })
    if content.count > 2, content.first == " ", content.last == " ", content.contains(where: { $0 != " " }) {
      content = String(content.dropFirst().dropLast())
    }
    flush()
    append(MarkdownInline(.code, content))
    position = end + length
  }

  private func run(of character: Character, at start: Int) -> Int {
    characters[start...].prefix { $0 == character }.count
  }

  private func closing(_ length: Int, from start: Int) -> Int? {
    var place = start
    while place < characters.count {
      let count = run(of: "`", at: place)
      if count == length { return place }
      place += max(count, 1)
    }
    return nil
  }

  /// `` $`x_i`$ ``.
  private mutating func math() {
    var end = position + 2
    while end + 1 < characters.count, !(characters[end] == "`" && characters[end + 1] == "$") { end += 1 }
    guard end + 1 < characters.count else { return take("$") }
    flush()
    append(MarkdownInline(.math, String(characters[(position + 2)..<end].map { $0.isNewline ? " " : $0 })))
    position = end + 2
  }

  private mutating func tag() {
    guard let end = characters[position...].firstIndex(of: ">"), end > position + 1 else { return take("<") }
    let content = String(characters[(position + 1)..<end])
    if content.hasPrefix("http://") || content.hasPrefix("https://"), !content.contains(" ") {
      flush()
      var inline = MarkdownInline(.text, content)
      inline.link = content
      append(inline)
      position = end + 1
      return
    }
    let isClosing = content.hasPrefix("/")
    let name = content.drop { $0 == "/" }.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }.lowercased()
    guard name.first?.isLetter == true, !content.contains("<") else { return take("<") }
    position = end + 1
    switch name {
    case "sub":
      flush()
      isSmall = !isClosing
    case "br":
      flush()
      append(MarkdownInline(.lineBreak, "\n"))
    case "code" where !isClosing: codeTag()
    default: break
    }
  }

  /// What stands between `<code>` and `</code>`.
  private mutating func codeTag() {
    flush()
    while position < characters.count, !starts(with: "</code>") {
      if characters[position] == "&" { entity() } else { take(characters[position]) }
    }
    append(MarkdownInline(.code, text))
    text = ""
    position = min(position + "</code>".count, characters.count)
  }

  private func starts(with word: String) -> Bool { characters[position...].starts(with: word) }

  private static let entities: [String: Character] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
  ]

  private mutating func entity() {
    let end = characters[position...].prefix(12).firstIndex(of: ";")
    guard let end, let character = Self.entity(String(characters[(position + 1)..<end])) else { return take("&") }
    text.append(character)
    position = end + 1
  }

  private static func entity(_ name: String) -> Character? {
    if let character = entities[name] { return character }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let number = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map(Character.init)
  }

  // MARK: Links

  private mutating func open(isImage: Bool, length: Int) {
    flush()
    append(
      MarkdownInline(.text, String(characters[position..<(position + length)])), mark: .bracket(isImage: isImage))
    position += length
  }

  private mutating func close() {
    flush()
    let opening = nodes.lastIndex { if case .bracket = $0.mark { true } else { false } }
    guard let opening, case .bracket(let isImage) = nodes[opening].mark else { return take("]") }
    nodes[opening].mark = .none
    guard let (destination, end) = destination(from: position + 1) else { return take("]") }
    resolveEmphasis(from: opening + 1)
    nodes[opening].isDropped = true
    if isImage {
      let alternative = nodes[(opening + 1)...].filter { !$0.isDropped }.map(\.inline.text).joined()
      nodes.removeSubrange((opening + 1)...)
      append(MarkdownInline(.image(destination: destination), alternative))
    } else {
      for index in (opening + 1)..<max(nodes.count, opening + 1) { nodes[index].inline.link = destination }
    }
    position = end
  }

  /// `(destination)` or `(destination "title")`.
  private func destination(from start: Int) -> (String, end: Int)? {
    guard characters.indices.contains(start), characters[start] == "(" else { return nil }
    var depth = 0
    for place in start..<characters.count {
      switch characters[place] {
      case "(": depth += 1
      case ")":
        depth -= 1
        if depth == 0 {
          let content = characters[(start + 1)..<place].split(whereSeparator: \.isWhitespace).first ?? []
          let isBracketed = content.first == "<" && content.last == ">"
          return (String(isBracketed ? content.dropFirst().dropLast() : content), place + 1)
        }
      case let character where character.isNewline: return nil
      default: break
      }
    }
    return nil
  }

  // MARK: Emphasis

  private mutating func emphasis(_ character: Character) {
    let length = run(of: character, at: position)
    let before = position > 0 ? characters[position - 1] : " "
    let after = peek(length) ?? " "
    func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
    func isSign(_ character: Character) -> Bool { !character.isWhitespace && !isWord(character) }
    let opens = !after.isWhitespace && (!isSign(after) || before.isWhitespace || isSign(before))
    let closes = !before.isWhitespace && (!isSign(before) || after.isWhitespace || isSign(after))
    flush()
    let isUnderscore = character == "_"
    append(
      MarkdownInline(.text, String(repeating: character, count: length)),
      mark: .emphasis(
        character, canOpen: opens && !(isUnderscore && closes && isWord(before)),
        canClose: closes && !(isUnderscore && opens && isWord(after))))
    position += length
  }

  /// Pairs the marks of emphasis behind a node.
  private mutating func resolveEmphasis(from start: Int) {
    var index = start
    while index < nodes.count {
      guard case .emphasis(let character, _, true) = nodes[index].mark,
        let opener = opener(character, before: index, from: start)
      else {
        index += 1
        continue
      }
      let isStrong = nodes[opener].inline.text.count >= 2 && nodes[index].inline.text.count >= 2
      for between in (opener + 1)..<index {
        if isStrong { nodes[between].inline.isStrong = true } else { nodes[between].inline.isEmphasized = true }
        nodes[between].mark = .none
      }
      for mark in [opener, index] {
        nodes[mark].inline.text.removeLast(isStrong ? 2 : 1)
        if nodes[mark].inline.text.isEmpty {
          nodes[mark].isDropped = true
          nodes[mark].mark = .none
        }
      }
    }
    for index in nodes.indices.dropFirst(start) {
      if case .emphasis = nodes[index].mark { nodes[index].mark = .none }
    }
  }

  private func opener(_ character: Character, before index: Int, from start: Int) -> Int? {
    nodes[start..<index].lastIndex { node in
      guard case .emphasis(character, true, _) = node.mark else { return false }
      return true
    }
  }
}
