import CourseKit

/// A lesson's `main.swift` as alternating prose and code.
///
/// Prose stands in `/*: … */` and in lines that begin with `//:`, as in Swift playgrounds.
struct LessonSource {
  enum Block: Equatable {
    /// Lines of Markdown, the first of which stands on this line of the file.
    case prose([String], line: Int)
    /// Lines of the file, from 1, that begin and end with code.
    case code(ClosedRange<Int>)
  }

  /// Path of the file from the package's root.
  let path: String
  /// Its lines.
  let lines: [String]
  let blocks: [Block]

  /// Takes a source apart.
  ///
  /// - Parameter path: its name, for errors.
  /// - Throws: ``CourseError`` naming file and line of a comment that is not closed.
  init(_ text: String, path: String) throws {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    var blocks: [Block] = []
    var codeStart = 0
    var index = 0
    func endCode() {
      let code = (codeStart..<index).filter { !Self.isBlank(lines[$0]) }
      if let first = code.first, let last = code.last { blocks.append(.code(first + 1...last + 1)) }
    }
    while index < lines.count {
      if lines[index].hasPrefix("/*:") {
        endCode()
        guard let end = (index..<lines.count).first(where: { lines[$0].hasSuffix("*/") }) else {
          throw CourseError("\(path):\(index + 1): the comment that begins here is not closed by */")
        }
        var prose = Array(lines[index...end])
        prose[prose.count - 1].removeLast(2)
        prose[0].removeFirst(min(3, prose[0].count))
        blocks.append(.prose(prose, line: index + 1))
        index = end + 1
        codeStart = index
      } else if lines[index].hasPrefix("//:") {
        endCode()
        let prose = lines[index...].prefix { $0.hasPrefix("//:") }
        blocks.append(.prose(prose.map { String($0.dropFirst(3).drop { $0 == " " }) }, line: index + 1))
        index += prose.count
        codeStart = index
      } else {
        index += 1
      }
    }
    endCode()
    self.path = path
    self.lines = lines
    self.blocks = blocks
  }

  static func isBlank(_ line: some StringProtocol) -> Bool { line.allSatisfy(\.isWhitespace) }

  /// Parts of some lines of code: what stands apart by a blank line outside of all braces, brackets and strings, and
  /// each call that does nothing but print text.
  func parts(of range: ClosedRange<Int>) -> [ClosedRange<Int>] {
    let nesting = Nesting(lines[range.lowerBound - 1...range.upperBound - 1].joined(separator: "\n"))
    var parts: [ClosedRange<Int>] = []
    var start: Int?
    func end(before number: Int) {
      if let first = start { parts.append(first...number - 1) }
      start = nil
    }
    for number in range {
      let line = number - range.lowerBound
      if nesting.isOutside(line) {
        let followsText = start.map { isText($0) } ?? false
        if Self.isBlank(lines[number - 1]) || isText(number) || followsText { end(before: number) }
        if Self.isBlank(lines[number - 1]) { continue }
      }
      if start == nil { start = number }
    }
    end(before: range.upperBound + 1)
    return parts.filter { part in part.contains { !Self.isBlank(lines[$0 - 1]) } }
  }

  /// Whether a line begins a call that only prints text.
  func isText(_ number: Int) -> Bool {
    lines[number - 1].hasPrefix("note(") || lines[number - 1].hasPrefix("verbatim(")
  }
}

/// For each line of some code, whether it begins outside of all braces, brackets and strings.
private struct Nesting {
  private var depths: [Int]
  private var isInside: [Bool]

  init(_ code: String) {
    let tokens = SwiftTokens(code)
    let count = code.count { $0 == "\n" } + 2
    depths = [Int](repeating: 0, count: count)
    isInside = [Bool](repeating: false, count: count)
    for token in tokens.tokens {
      let change =
        if tokens.isToken(token, "{") || tokens.isToken(token, "(") || tokens.isToken(token, "[") {
          1
        } else if tokens.isToken(token, "}") || tokens.isToken(token, ")") || tokens.isToken(token, "]") { -1 } else {
          0
        }
      // A line's depth is that at its beginning.
      for line in token.line..<count { depths[line] += change }
      let end = token.line + tokens.source[token.range].count { $0 == UInt8(ascii: "\n") }
      for line in token.line..<end { isInside[line] = true }
    }
  }

  /// - Parameter line: from 0.
  func isOutside(_ line: Int) -> Bool { depths[line] == 0 && !isInside[line] }
}
