import CourseKit

/// What a lesson's prose consists of: Markdown, and lines in double braces that ask the weaver for something.
///
/// | line | asks for |
/// |---|---|
/// | `{{quote NAME}}` | the source of a declaration or a file of the package |
/// | `{{quote NAME folded}}` | the same, folded |
/// | `{{figure NAME}}` | a figure here instead of below the code that makes it |
/// | `{{quiz FILE}}` | the questions of a file beside the lesson, with folded answers |
/// | `{{exercises}}` | the lesson's exercises: each with its task, its starter and its hints, folded |
/// | `{{fold SUMMARY}}` … `{{end}}` | the prose between them folded |
/// | `{{fold-code SUMMARY}}` | the next cell of code folded |
enum Markup: Equatable {
  case markdown([String], line: Int)
  case quote(String, isFolded: Bool, line: Int)
  case figure(String, line: Int)
  case quiz(String, line: Int)
  case exercises(line: Int)
  case foldCode(summary: String, line: Int)
  indirect case folded(summary: String, [Markup], line: Int)

  /// Takes prose apart.
  ///
  /// - Parameters:
  ///   - line: the line of the file on which the prose begins.
  ///   - path: the file, for errors.
  /// - Throws: ``CourseError`` for braces that are not closed and for what the weaver does not know.
  static func parse(_ prose: [String], line: Int, path: String) throws -> [Markup] {
    var parser = MarkupParser(prose, line: line, path: path)
    return try parser.parse(within: nil)
  }
}

private struct MarkupParser {
  private let prose: [String]
  private let firstLine: Int
  private let path: String
  private var index = 0

  init(_ prose: [String], line: Int, path: String) {
    self.prose = prose
    firstLine = line
    self.path = path
  }

  private var line: Int { firstLine + index }

  /// - Parameter fold: the line of the fold that is open, if one is.
  mutating func parse(within fold: Int?) throws -> [Markup] {
    var result: [Markup] = []
    var text: [String] = []
    var textLine = line
    var fence: Substring?
    func endText() -> [Markup] {
      text.allSatisfy(LessonSource.isBlank) ? [] : [.markdown(text, line: textLine)]
    }
    while index < prose.count {
      let content = prose[index].drop { $0 == " " }
      if let mark = Fence.mark(of: content) {
        fence = fence == nil ? mark : Fence.closes(content, mark: fence ?? mark) ? nil : fence
      }
      guard fence == nil, content.hasPrefix("{{") else {
        text.append(prose[index])
        index += 1
        continue
      }
      let (name, argument) = try directive(content)
      result += endText()
      text = []
      let place = line
      index += 1
      switch name {
      case "end":
        if fold == nil { throw error("{{end}} closes nothing", at: place) }
        return result
      case "fold":
        let inner = try parse(within: place)
        result.append(.folded(summary: argument, inner, line: place))
      case "fold-code": result.append(.foldCode(summary: argument, line: place))
      case "figure": result.append(.figure(argument, line: place))
      case "quiz": result.append(.quiz(argument, line: place))
      case "exercises": result.append(.exercises(line: place))
      default:
        let isFolded = argument.hasSuffix(" folded")
        result.append(.quote(isFolded ? String(argument.dropLast(7)) : argument, isFolded: isFolded, line: place))
      }
      textLine = line
    }
    if let fold { throw error("{{fold …}} is not closed by {{end}}", at: fold) }
    return result + endText()
  }

  private func directive(_ content: Substring) throws -> (name: String, argument: String) {
    guard let end = content.firstRange(of: "}}") else { throw error("the braces that open here are not closed by }}") }
    if content[end.upperBound...].contains(where: { !$0.isWhitespace }) {
      throw error("a line with {{…}} has nothing else in it")
    }
    let words = content[..<end.lowerBound].dropFirst(2).split(separator: " ", maxSplits: 1)
    let name = words.first.map(String.init) ?? ""
    let argument = words.count > 1 ? words[1].trimmingSuffix(while: \.isWhitespace) : ""
    guard ["quote", "figure", "quiz", "exercises", "fold", "fold-code", "end"].contains(name) else {
      throw error(
        "the weaver does not know {{\(name)}}: it knows quote, figure, quiz, exercises, fold, fold-code and end")
    }
    if !["end", "exercises"].contains(name), argument.isEmpty { throw error("{{\(name)}} needs to say what") }
    return (name, String(argument))
  }

  private func error(_ reason: String, at line: Int? = nil) -> CourseError {
    CourseError("\(path):\(line ?? self.line): \(reason)")
  }
}

/// The lines of backticks or tildes around a block of code in Markdown.
enum Fence {
  /// The run of backticks or tildes that a line begins with, if it is long enough for a fence.
  static func mark(of content: Substring) -> Substring? {
    guard let first = content.first, first == "`" || first == "~" else { return nil }
    let run = content.prefix { $0 == first }
    return run.count >= 3 ? run : nil
  }

  /// Whether a line closes the block that `mark` opened.
  static func closes(_ content: Substring, mark: Substring) -> Bool {
    guard let run = self.mark(of: content), run.first == mark.first, run.count >= mark.count else { return false }
    return content.dropFirst(run.count).allSatisfy(\.isWhitespace)
  }

  /// Backticks enough for a text to stand between.
  static func around(_ text: String) -> String {
    var (longest, run) = (2, 0)
    for character in text {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    return String(repeating: "`", count: longest + 1)
  }
}

extension Substring {
  func trimmingSuffix(while isCut: (Character) -> Bool) -> Substring {
    var result = self
    while let last = result.last, isCut(last) { result.removeLast() }
    return result
  }
}
