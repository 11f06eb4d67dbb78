/// What stands behind a program's standard output: a terminal with a size and colors, or a file or pipe.
public struct Terminal: Sendable {
  /// Columns of the terminal, nil if it is none.
  public let columns: Int?
  /// Lines of the terminal, nil if it is none.
  public let rows: Int?
  /// Whether the screen can be cleared.
  public let hasCursor: Bool
  /// Whether text may be bold, underlined or colored.
  public let hasStyles: Bool
  /// The colors that pictures may use, nil if too few are known or none are wanted.
  public let colors: HalfBlocks.Colors?

  /// A terminal by its properties.
  public init(
    columns: Int?, rows: Int? = nil, hasCursor: Bool = false, hasStyles: Bool, colors: HalfBlocks.Colors? = nil
  ) {
    self.columns = columns
    self.rows = rows
    self.hasCursor = hasCursor
    self.hasStyles = hasStyles
    self.colors = colors
  }

  /// A file or pipe.
  public static var none: Terminal { Terminal(columns: nil, hasStyles: false) }

  /// What standard output goes to.
  public static var ofStandardOutput: Terminal {
    let stream = System.Stream.standardOutput
    guard stream.isTerminal else { return .none }
    let size = System.size(of: stream)
    let isDumb = ["dumb", nil].contains(System.environment("TERM"))
    return Terminal(
      columns: size?.columns ?? 80, rows: size?.rows ?? 24, hasCursor: !isDumb,
      hasStyles: !isDumb && System.environment("NO_COLOR") == nil,
      colors: HalfBlocks.Colors(environment: System.environment))
  }
}

/// How a piece of text looks on a terminal.
public struct TextStyle: Equatable, Sendable {
  /// The colors that every terminal chooses for itself, so that they suit its background.
  public enum Color: Int, Sendable {
    case red = 31
    case green, yellow, blue, magenta, cyan
  }

  /// Its color, nil for that of ordinary text.
  public var color: Color?
  public var isBold = false
  public var isFaint = false
  public var isItalic = false
  public var isUnderlined = false

  /// Ordinary text.
  public init() {}

  /// Text in a color.
  public static func colored(_ color: Color) -> TextStyle {
    var style = TextStyle()
    style.color = color
    return style
  }

  /// Bold text.
  public static var bold: TextStyle {
    var style = TextStyle()
    style.isBold = true
    return style
  }

  /// Text of less weight than its surroundings.
  public static var faint: TextStyle {
    var style = TextStyle()
    style.isFaint = true
    return style
  }

  /// The text with the codes that turn the style on before it and off behind it.
  ///
  /// - Parameter text: fit for a terminal, since nothing in it is changed.
  public func applied(to text: String) -> String {
    var codes: [Int] = []
    if isBold { codes.append(1) }
    if isFaint { codes.append(2) }
    if isItalic { codes.append(3) }
    if isUnderlined { codes.append(4) }
    if let color { codes.append(color.rawValue) }
    if codes.isEmpty || text.isEmpty { return text }
    return "\u{1B}[\(codes.map { String($0) }.joined(separator: ";"))m\(text)\u{1B}[0m"
  }
}
