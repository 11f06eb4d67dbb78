/// Breaks running text into lines.
public enum Paragraph {
  /// Lines of at most `width` columns, broken at spaces; a longer word gets a line of its own.
  ///
  /// Line breaks of the source count as spaces; an empty line separates paragraphs.
  public static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in paragraphs(of: text) {
      if !lines.isEmpty { lines.append("") }
      lines += wrap(words: paragraph, width: width)
    }
    return lines
  }

  private static func paragraphs(of text: String) -> [[Substring]] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.split(whereSeparator: \.isWhitespace) }
      .split(whereSeparator: \.isEmpty)
      .map { Array($0.joined()) }
  }

  private static func wrap(words: [Substring], width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var columns = 0
    for word in words {
      let wordColumns = DisplayWidth.columns(of: word)
      if !line.isEmpty, columns + 1 + wordColumns > width {
        lines.append(line)
        line = ""
        columns = 0
      }
      if !line.isEmpty {
        line += " "
        columns += 1
      }
      line += word
      columns += wordColumns
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
