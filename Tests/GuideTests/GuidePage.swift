import Foundation

/// A guide of `docs/`, taken apart into what can be compared with code.
struct GuidePage {
  /// A fenced block of code.
  struct Block {
    let language: String
    let lines: [String]

    /// What the block says that it prints: the comment behind a `print`, and comments that have a line of their own.
    var printedLines: [String] {
      let mark = language == "python" ? "#" : "//"
      return lines.compactMap { line in
        if line.hasPrefix("\(mark) ") { return String(line.dropFirst(mark.count + 1)) }
        guard line.contains("print("), let comment = line.range(of: "  \(mark) ", options: .backwards) else {
          return nil
        }
        return String(line[comment.upperBound...])
      }
    }
  }

  /// What stands between two headings.
  struct Section {
    var blocks: [Block] = []
    /// The code in the second columns of tables whose head is "here".
    var calls: [String] = []
  }

  /// A section by its heading.
  let sections: [String: Section]
  /// The headings in their order.
  let titles: [String]

  /// The rows of the tables, their cells without blanks around them.
  let tableRows: [[String]]

  /// Reads a page by its path in the repository.
  init(_ path: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    var sections: [String: Section] = [:]
    var titles: [String] = []
    var tableRows: [[String]] = []
    var (title, language, code) = ("", nil as String?, [String]())
    var isTableOfCalls = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if let open = language {
        if line == "```" {
          sections[title, default: Section()].blocks.append(Block(language: open, lines: code))
          (language, code) = (nil, [])
        } else {
          code.append(line)
        }
      } else if line.hasPrefix("```") {
        language = String(line.dropFirst(3))
      } else if line.hasPrefix("## ") {
        title = String(line.dropFirst(3))
        titles.append(title)
      } else if line.hasPrefix("|") {
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        tableRows.append(cells)
        if cells.count == 2, cells[1] == "here" { isTableOfCalls = cells[0] != "notebook" }
        if isTableOfCalls, cells.count == 2 {
          sections[title, default: Section()].calls += cells[1].matches(of: /`([^`]+)`/).map { String($0.1) }
        }
      } else {
        isTableOfCalls = false
      }
    }
    self.sections = sections
    self.titles = titles
    self.tableRows = tableRows
  }

  /// The repository's folder.
  static var root: URL { (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() } }
}
