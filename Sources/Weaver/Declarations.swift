/// A declaration in a Swift file: what it is called, and the lines that it takes with its documentation.
struct Declaration: Equatable {
  /// The names of the types around it, and its own: `["VisionTransformer", "callAsFunction"]`.
  let path: [String]
  /// Labels of its parameters, as `(dim:)`; empty for what takes none.
  let labels: String
  /// Whether it adds to a type that is declared elsewhere.
  let isExtension: Bool
  /// Lines of the file, from 1, with documentation comment and attributes.
  let lines: ClosedRange<Int>

  /// Whether a name as `VisionTransformer.callAsFunction` or `softmax(dim:)` means this one.
  func matches(_ name: String) -> Bool {
    let base = name.prefix { $0 != "(" }
    let wantedLabels = name.dropFirst(base.count)
    let components = base.split(separator: ".").map(String.init)
    return !components.isEmpty && path.suffix(components.count).elementsEqual(components)
      && (wantedLabels.isEmpty || wantedLabels == labels)
  }
}

/// Finds the declarations of a Swift file: types, extensions and their members, functions and variables of the file.
/// Declarations within functions do not count.
struct Declarations {
  let all: [Declaration]
  /// The file's lines.
  let lines: [Substring]

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var finder = Finder(SwiftTokens(text), lines)
    finder.find()
    all = finder.found
  }

  /// The declarations of a name. A type's own declaration goes before its extensions.
  func named(_ name: String) -> [Declaration] {
    let matches = all.filter { $0.matches(name) }
    let own = matches.filter { !$0.isExtension }
    return own.isEmpty ? matches : own
  }
}

private struct Finder {
  private let tokens: SwiftTokens
  private let code: [SwiftToken]
  private let lines: [Substring]
  private(set) var found: [Declaration] = []

  init(_ tokens: SwiftTokens, _ lines: [Substring]) {
    self.tokens = tokens
    self.lines = lines
    code = tokens.tokens.filter { $0.kind != .comment }
  }

  mutating func find() { find(from: 0, in: []) }

  /// Finds what is declared from a token on, to the brace that closes the type around it.
  ///
  /// - Returns: the token after that brace.
  @discardableResult
  private mutating func find(from start: Int, in path: [String]) -> Int {
    var place = start
    while place < code.count {
      if isSign("}", place) { return place + 1 }
      switch keyword(at: place) {
      case .type(let isExtension):
        place = type(at: place, isExtension, in: path)
      case .member:
        place = member(at: place, in: path)
      case nil:
        place = isSign("{", place) ? closing(of: place) + 1 : place + 1
      }
    }
    return place
  }

  private enum Keyword {
    case type(isExtension: Bool)
    case member
  }

  private func keyword(at place: Int) -> Keyword? {
    guard code[place].kind == .word, place == 0 || !isSign(".", place - 1) else { return nil }
    switch word(place) {
    case "extension": return .type(isExtension: true)
    case "struct", "enum", "protocol", "actor": return isName(place + 1) ? .type(isExtension: false) : nil
    case "class":
      let isModifier = ["func", "var", "let", "subscript"].contains(word(place + 1))
      return isModifier || !isName(place + 1) ? nil : .type(isExtension: false)
    case "func", "var", "let", "init", "subscript", "typealias", "case": return .member
    default: return nil
    }
  }

  private mutating func type(at place: Int, _ isExtension: Bool, in path: [String]) -> Int {
    var names: [String] = [word(place + 1)]
    var next = place + 2
    while isSign(".", next), isName(next + 1) {
      names.append(word(next + 1))
      next += 2
    }
    while next < code.count, !isSign("{", next) { next += 1 }
    let own = path + names
    let index = found.count
    found.append(Declaration(path: own, labels: "", isExtension: isExtension, lines: 1...1))
    let end = find(from: next + 1, in: own)
    found[index] = Declaration(
      path: own, labels: "", isExtension: isExtension, lines: extent(from: place, to: min(end, code.count) - 1))
    return end
  }

  private mutating func member(at place: Int, in path: [String]) -> Int {
    let kind = word(place)
    let isNameless = kind == "init" || kind == "subscript"
    let name = isNameless ? kind : name(at: place + 1)
    let end = end(ofMemberAt: place)
    if let name {
      let takesParameters = kind == "func" || isNameless
      found.append(
        Declaration(
          path: path + [name], labels: takesParameters ? labels(from: place + 1) : "", isExtension: false,
          lines: extent(from: place, to: end)))
    }
    return end + 1
  }

  private func name(at place: Int) -> String? {
    guard place < code.count else { return nil }
    if isName(place) { return word(place).filter { $0 != "`" } }
    // An operator: all signs up to the parameters.
    let signs = code[place...].prefix { $0.kind == .punctuation && !tokens.isToken($0, "(") }
    return signs.isEmpty ? nil : signs.map { tokens.text(of: $0) }.joined()
  }

  /// The last token of a member: its closing brace, or the end of a line after which nothing goes on.
  private func end(ofMemberAt place: Int) -> Int {
    var (next, depth) = (place + 1, 0)
    while next < code.count {
      if isSign("(", next) || isSign("[", next) {
        depth += 1
      } else if isSign(")", next) || isSign("]", next) {
        depth -= 1
        if depth < 0 { return next - 1 }
      } else if isSign("{", next) {
        next = closing(of: next)
        if depth == 0, !goesOn(after: next) { return min(next, code.count - 1) }
      } else if isSign("}", next) {
        return next - 1
      }
      if depth == 0, next + 1 < code.count, !goesOn(after: next) { return next }
      next += 1
    }
    return code.count - 1
  }

  /// Whether a declaration goes on behind a token: in the same line, or in the next with a sign that begins nothing.
  private func goesOn(after place: Int) -> Bool {
    guard place + 1 < code.count else { return false }
    let isSameLine = code[place + 1].line == endLine(of: place)
    if isSameLine { return !isSign("}", place + 1) && !isSign(";", place + 1) }
    if isSign("}", place + 1) { return false }
    let ends = ["=", ",", ":", "+", "-", "*", "/", "?", "|", "&", "<", ">", "("]
    if code[place].kind == .punctuation, ends.contains(tokens.text(of: code[place])), !isSign("?", place) {
      return !(isSign(">", place) && !isSign("-", place - 1))
    }
    let begins = [".", "=", "?", ":", "+", "-", "*", "/", "&", "|", "<", "{", ")", "]"]
    if code[place + 1].kind == .punctuation { return begins.contains(tokens.text(of: code[place + 1])) }
    return ["where", "throws", "async", "rethrows"].contains(word(place + 1))
  }

  /// The labels of the first parameters in parentheses, as `(dim:_:)`.
  private func labels(from start: Int) -> String {
    guard var place = (start..<code.count).first(where: { isSign("(", $0) }) else { return "" }
    var (depth, labels, isStart) = (0, "", true)
    while place < code.count {
      if isSign("(", place) || isSign("[", place) || isSign("{", place) {
        depth += 1
      } else if isSign(")", place) || isSign("]", place) || isSign("}", place) {
        depth -= 1
        if depth == 0 { break }
      } else if depth == 1, isStart, code[place].kind == .word {
        labels += word(place) + ":"
        isStart = false
      } else if depth == 1, isSign(",", place) {
        isStart = true
      }
      place += 1
    }
    return "(\(labels))"
  }

  private func closing(of open: Int) -> Int {
    var (place, depth) = (open, 0)
    while place < code.count {
      if isSign("{", place) { depth += 1 }
      if isSign("}", place) {
        depth -= 1
        if depth == 0 { return place }
      }
      place += 1
    }
    return code.count - 1
  }

  /// Lines of a declaration, with the comments and attributes directly above it.
  private func extent(from keyword: Int, to last: Int) -> ClosedRange<Int> {
    var first = code[keyword].line
    while first > 1 {
      let above = lines[first - 2].drop { $0 == " " }
      guard above.hasPrefix("///") || above.hasPrefix("@") else { break }
      first -= 1
    }
    return first...max(endLine(of: last), first)
  }

  private func endLine(of place: Int) -> Int {
    let token = code[place]
    return token.line + tokens.source[token.range].count { $0 == UInt8(ascii: "\n") }
  }

  private func isSign(_ sign: StaticString, _ place: Int) -> Bool {
    code.indices.contains(place) && tokens.isToken(code[place], sign)
  }

  private func isName(_ place: Int) -> Bool { code.indices.contains(place) && code[place].kind == .word }

  private func word(_ place: Int) -> String { isName(place) ? tokens.text(of: code[place]) : "" }
}
