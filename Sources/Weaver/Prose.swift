import CourseKit

/// Turns a lesson's prose into Markdown that GitHub shows as it is meant.
///
/// Formulas get the marks that keep Markdown out of them (`` $`…`$ `` in a line, a block named `math` on lines of
/// their own), and the name of another lesson becomes a link to its page.
struct Prose {
  /// Path of the lesson's source, for errors.
  let path: String
  /// The page of a lesson by its number; nil for one that there is not, and for the lesson itself.
  let page: (Int) -> String?

  /// The prose as Markdown.
  ///
  /// - Parameter line: the line of the source on which it begins.
  /// - Throws: ``CourseError`` naming file and line of a formula or brace that is not closed.
  func markdown(_ lines: [String], line: Int) throws -> String {
    var result: [String] = []
    var paragraph: [String] = []
    var start = line
    var fence: Substring?
    func flush() throws {
      if !paragraph.isEmpty { result.append(try inline(paragraph.joined(separator: "\n"), line: start)) }
      paragraph = []
    }
    for (index, text) in lines.enumerated() {
      let content = text.drop { $0 == " " }
      if let open = fence {
        result.append(text)
        if Fence.closes(content, mark: open) { fence = nil }
      } else if let mark = Fence.mark(of: content) {
        try flush()
        fence = mark
        result.append(text)
      } else if content.isEmpty {
        try flush()
        result.append("")
      } else {
        if paragraph.isEmpty { start = line + index }
        paragraph.append(text)
      }
    }
    if fence != nil { throw CourseError("\(path):\(line + lines.count - 1): a block of code is not closed") }
    try flush()
    return Self.withoutOuterBlanks(result.joined(separator: "\n"))
  }

  /// A text that the lesson printed, as Markdown: what would be markup in it is shown as it is, but for code.
  ///
  /// - Parameter keepsEmphasis: whether `*words*` between asterisks stay emphasized, as running text uses them.
  static func escaped(_ text: String, keepsEmphasis: Bool = false) -> String {
    let emphasis = keepsEmphasis ? marksOfEmphasis(in: text) : []
    var result = ""
    var isCode = false
    for index in text.indices {
      let character = text[index]
      if character == "`" { isCode.toggle() }
      if !isCode, "\\*_<>$|~[]".contains(character), !emphasis.contains(index) { result.append("\\") }
      result.append(character)
    }
    // A code span that is not closed is no code.
    return isCode ? result.replacing("`", with: "\\`") : result
  }

  /// The asterisks that stand in pairs directly around words.
  private static func marksOfEmphasis(in text: String) -> Set<String.Index> {
    var marks: Set<String.Index> = []
    var open: String.Index?
    for index in text.indices where text[index] == "*" {
      let before = index == text.startIndex ? " " : text[text.index(before: index)]
      let after = text.index(after: index) == text.endIndex ? " " : text[text.index(after: index)]
      if let start = open, before.isLetter || before.isNumber, !after.isLetter {
        marks.formUnion([start, index])
        open = nil
      } else {
        open = after.isLetter && !before.isLetter && !before.isNumber ? index : nil
      }
    }
    return marks
  }

  static func withoutOuterBlanks(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.firstIndex(where: { !LessonSource.isBlank($0) }),
      let last = lines.lastIndex(where: { !LessonSource.isBlank($0) })
    else { return "" }
    return lines[first...last].joined(separator: "\n")
  }

  /// A paragraph with its formulas and links.
  private func inline(_ text: String, line: Int) throws -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.first {
      switch character {
      case "`":
        let mark = rest.prefix { $0 == "`" }
        let body = rest.dropFirst(mark.count)
        guard let end = Self.end(ofCode: body, mark: mark) else {
          throw error("a piece of code is not closed by \(mark)", text, rest, line)
        }
        result += mark + body[..<end] + mark
        rest = body[end...].dropFirst(mark.count)
      case "\\" where rest.dropFirst().first != nil:
        result += rest.prefix(2)
        rest = rest.dropFirst(2)
      case "$" where rest.hasPrefix("$$"):
        let body = rest.dropFirst(2)
        guard let end = body.firstRange(of: "$$") else {
          throw error("a formula is not closed by $$", text, rest, line)
        }
        let formula = try checked(body[..<end.lowerBound], text, line)
        result += "\n\n```math\n\(formula)\n```\n\n"
        rest = body[end.upperBound...].drop { $0 == "\n" || $0 == " " }
      case "$":
        let body = rest.dropFirst()
        guard let end = body.firstIndex(of: "$") else { throw error("a formula is not closed by $", text, rest, line) }
        result += "$`\(try checked(body[..<end], text, line))`$"
        rest = body[end...].dropFirst()
      default:
        if let (name, target) = lessonName(at: rest, after: result.last) {
          result += "[\(name)](\(target))"
          rest = rest.dropFirst(name.count)
        } else {
          result.append(character)
          rest = rest.dropFirst()
        }
      }
    }
    return Self.withoutTripleBreaks(result)
  }

  private static func withoutTripleBreaks(_ text: String) -> String {
    var result = text
    while result.contains("\n\n\n") { result = result.replacing("\n\n\n", with: "\n\n") }
    return withoutOuterBlanks(result)
  }

  private static func end(ofCode body: Substring, mark: Substring) -> Substring.Index? {
    var place = body.startIndex
    while let start = body[place...].firstIndex(of: "`") {
      let run = body[start...].prefix { $0 == "`" }
      if run.count == mark.count { return start }
      place = run.endIndex
    }
    return nil
  }

  /// A formula whose braces are all closed.
  private func checked(_ formula: Substring, _ text: String, _ line: Int) throws -> String {
    var open: [Substring.Index] = []
    var isEscaped = false
    for index in formula.indices {
      let character = formula[index]
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "{" {
        open.append(index)
      } else if character == "}" {
        guard open.popLast() != nil else {
          throw error("a brace in a formula closes nothing", text, formula[index...], line)
        }
      }
    }
    if let brace = open.last { throw error("a brace in a formula is not closed", text, formula[brace...], line) }
    let trimmed = formula.drop(while: \.isWhitespace).trimmingSuffix(while: \.isWhitespace)
    if trimmed.isEmpty { throw error("a formula is empty", text, formula, line) }
    return String(trimmed)
  }

  /// `Lesson 05` in the text, with the page to go to.
  private func lessonName(at rest: Substring, after previous: Character?) -> (name: Substring, page: String)? {
    guard rest.hasPrefix("Lesson "), previous != "[", previous?.isLetter != true else { return nil }
    let digits = rest.dropFirst(7).prefix { $0.isASCII && $0.isWholeNumber }
    guard let number = Int(digits), let page = page(number) else { return nil }
    return (rest[..<digits.endIndex], page)
  }

  /// An error with the line of the place that `rest` begins at.
  private func error(_ reason: String, _ text: String, _ rest: Substring, _ line: Int) -> CourseError {
    let before = text[..<rest.startIndex].count { $0 == "\n" }
    return CourseError("\(path):\(line + before): \(reason)")
  }
}
