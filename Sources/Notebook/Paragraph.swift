import Images

/// Breaks running text into lines.
public enum Paragraph {
  /// Lines of at most `width` columns, broken at spaces; a longer word gets a line of its own.
  ///
  /// Line breaks of the source count as spaces; an empty line separates paragraphs.
  public static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in paragraphs(of: text) {
      if !lines.isEmpty { lines.append("") }
      lines += Images.lines(of: paragraph) { DisplayWidth.columns(of: $0) <= width }
    }
    return lines
  }

  private static func paragraphs(of text: String) -> [[Substring]] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.split(whereSeparator: \.isWhitespace) }
      .split(whereSeparator: \.isEmpty)
      .map { Array($0.joined()) }
  }
}
