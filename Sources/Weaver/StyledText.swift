import Notebook
import Support

/// A piece of a line on a terminal.
struct Span: Equatable {
  var text: String
  var style = TextStyle()
  /// Address that the piece leads to.
  var link: String?
}

/// Lines of pieces: how they are broken, and how they become text.
enum StyledText {
  /// Stands for a space at which no line is broken.
  static let unbreakable: Character = "\u{A0}"

  /// Columns of some pieces.
  static func columns(of spans: [Span]) -> Int { spans.reduce(0) { $0 + DisplayWidth.columns(of: printable($1.text)) } }

  /// Lines of at most `width` columns, broken at spaces and where the text asks for it; a longer word is cut.
  static func wrap(_ spans: [Span], width: Int) -> [[Span]] {
    var breaker = LineBreaker(width: max(width, 1))
    for span in spans {
      for character in span.text { breaker.take(character, like: span) }
    }
    return breaker.finish()
  }

  /// The lines of a listing, each cut at `width` columns and carried on below with its indentation and four columns more.
  static func cut(_ line: [Span], width: Int) -> [[Span]] {
    guard columns(of: line) > width else { return [line] }
    let indentation = line.map(\.text).joined().prefix { $0 == " " }.count
    let hanging = min(indentation + 4, width / 2)
    // The indentation is no place for a break.
    var rest = line
    var dropped = 0
    while dropped < indentation, !rest.isEmpty {
      let count = min(rest[0].text.count, indentation - dropped)
      rest[0].text.removeFirst(count)
      dropped += count
      if rest[0].text.isEmpty { rest.removeFirst() }
    }
    let lines = wrap(rest, width: max(width - hanging, 1))
    return lines.enumerated().map { index, line in
      [Span(text: String(repeating: " ", count: index == 0 ? min(indentation, hanging) : hanging))] + line
    }
  }

  /// A line as text, without spaces at its end.
  ///
  /// - Parameters:
  ///   - hasStyles: whether it is for a terminal.
  ///   - hasLinks: whether links become links of the terminal (OSC 8).
  static func text(_ line: [Span], hasStyles: Bool, hasLinks: Bool) -> String {
    var line = line
    while let last = line.last, !last.style.isUnderlined, last.text.allSatisfy({ $0 == " " }) { line.removeLast() }
    if let last = line.indices.last {
      while line[last].text.last == " " { line[last].text.removeLast() }
    }
    return line.map { span in
      let shown = printable(span.text, keepingLines: false).replacing(String(unbreakable), with: " ")
      let text = hasStyles ? span.style.applied(to: shown) : shown
      guard hasLinks, let link = span.link else { return text }
      return "\u{1B}]8;;\(address(link))\u{1B}\\\(text)\u{1B}]8;;\u{1B}\\"
    }.joined()
  }

  /// An address of visible ASCII characters; others are written as `%` and their number.
  private static func address(_ link: String) -> String {
    link.utf8.map { byte in
      if (0x21...0x7E).contains(byte) { return String(Unicode.Scalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%\(digits.count < 2 ? "0" : "")\(digits)"
    }.joined()
  }
}

/// Fills lines with words.
private struct LineBreaker {
  private let width: Int
  private var lines: [[Span]] = []
  private var line: [Span] = []
  private var lineColumns = 0
  private var word: [Span] = []
  private var wordColumns = 0
  /// Spaces between the line and the word.
  private var gap: Span?

  init(width: Int) { self.width = width }

  mutating func take(_ character: Character, like span: Span) {
    var piece = span
    piece.text = String(character)
    switch character {
    case "\n":
      endWord()
      endLine()
    case " ":
      endWord()
      if gap != nil { gap?.text += " " } else { gap = piece }
    default:
      let columns = DisplayWidth.columns(of: printable(String(character)))
      // A word that is longer than a line goes on in the next one.
      if wordColumns > 0, wordColumns + columns > width {
        endWord()
      }
      Self.append(piece, to: &word)
      wordColumns += columns
    }
  }

  private mutating func endWord() {
    guard !word.isEmpty else { return }
    if lineColumns > 0 || line.isEmpty == false {
      let gapColumns = gap?.text.count ?? 0
      if lineColumns + gapColumns + wordColumns > width {
        endLine()
      } else if let gap {
        Self.append(gap, to: &line)
        lineColumns += gapColumns
      }
    }
    for piece in word { Self.append(piece, to: &line) }
    lineColumns += wordColumns
    (word, wordColumns, gap) = ([], 0, nil)
  }

  private mutating func endLine() {
    lines.append(line)
    (line, lineColumns, gap) = ([], 0, nil)
  }

  mutating func finish() -> [[Span]] {
    endWord()
    if !line.isEmpty { endLine() }
    return lines
  }

  /// Joins pieces that look alike.
  private static func append(_ piece: Span, to spans: inout [Span]) {
    if let last = spans.last, last.style == piece.style, last.link == piece.link {
      spans[spans.count - 1].text += piece.text
    } else {
      spans.append(piece)
    }
  }
}
