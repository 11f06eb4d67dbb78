import Support

/// A line on standard error that is written over as work goes on: words as a model finds them. Shown only on a terminal.
public struct LiveLine: Sendable {
  private let isVisible = System.Stream.standardError.isTerminal

  /// A line that shows nothing yet.
  public init() {}

  /// Shows the end of a text, as much of it as the terminal is wide.
  public func show(_ text: String) {
    guard isVisible else { return }
    var shown = printable(text.split(whereSeparator: \.isNewline).joined(separator: " "), keepingLines: false)
    let columns = max(System.columns(of: .standardError) ?? 80, 1)
    while DisplayWidth.columns(of: shown) >= columns, !shown.isEmpty { shown.removeFirst() }
    _ = System.write("\r\u{1B}[K" + shown, to: .standardError)
  }

  /// Takes the line off the terminal.
  public func clear() {
    if isVisible { _ = System.write("\r\u{1B}[K", to: .standardError) }
  }

  /// Writes a line that stays, wherever standard error goes.
  public static func hint(_ text: String) {
    _ = System.write(printable(text) + "\n", to: .standardError)
  }
}
