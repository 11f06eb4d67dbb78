/// Swift source in pieces that a listing shows in different colors.
public enum SwiftHighlighter {
  /// What a piece is.
  public enum Kind: Sendable {
    case comment, string, number, keyword, type
    /// Everything else.
    case plain
  }

  /// The pieces of a source; their texts, one after another, are the source.
  public static func pieces(of source: String) -> [(text: String, kind: Kind)] {
    let tokens = SwiftTokens(source)
    var pieces: [(text: String, kind: Kind)] = []
    var position = 0
    func add(_ range: Range<Int>, _ kind: Kind) {
      guard !range.isEmpty else { return }
      let text = String(decoding: tokens.source[range], as: UTF8.self)
      if let last = pieces.last, last.kind == kind {
        pieces[pieces.count - 1].text += text
      } else {
        pieces.append((text, kind))
      }
    }
    for token in tokens.tokens {
      add(position..<token.range.lowerBound, .plain)
      add(token.range, kind(of: token, in: tokens))
      position = token.range.upperBound
    }
    add(position..<tokens.source.count, .plain)
    return pieces
  }

  private static func kind(of token: SwiftToken, in tokens: SwiftTokens) -> Kind {
    switch token.kind {
    case .comment: return .comment
    case .string: return .string
    case .number: return .number
    case .directive: return .keyword
    case .punctuation: return .plain
    case .word:
      let word = tokens.text(of: token)
      if keywords.contains(word) { return .keyword }
      return word.first?.isUppercase == true ? .type : .plain
    }
  }

  private static let keywords: Set<String> = [
    "actor", "any", "as", "associatedtype", "async", "await", "borrowing", "break", "case", "catch", "class",
    "consuming",
    "continue", "convenience", "default", "defer", "deinit", "didSet", "do", "dynamic", "else", "enum", "extension",
    "fallthrough", "false", "fileprivate", "final", "for", "func", "get", "guard", "if", "import", "in", "indirect",
    "init", "inout", "internal", "is", "isolated", "lazy", "let", "mutating", "nil", "nonisolated", "open", "operator",
    "override", "package", "precedencegroup", "private", "protocol", "public", "repeat", "required", "rethrows",
    "return", "self", "Self", "sending", "set", "some", "static", "struct", "subscript", "super", "switch", "throw",
    "throws", "true", "try", "typealias", "unowned", "var", "weak", "where", "while", "willSet", "yield",
  ]
}
