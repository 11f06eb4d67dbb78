import CourseKit
import Foundation
import Images
import Notebook
import TestSupport
import Testing
import Weaver

/// How pages look in a terminal, held against recorded texts.
///
/// `RECORD_PAGES=1 swift test --filter TerminalPageTests` records them, and fails.
@Suite struct TerminalPageTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/pages")

  private func blocks() throws -> [MarkdownBlock] {
    MarkdownBlock.parse(try String(contentsOf: Self.folder.appending(path: "sample.md"), encoding: .utf8))
  }

  private func text(_ blocks: [MarkdownBlock], _ layout: TerminalPage.Layout) -> String {
    TerminalPage.text(blocks, layout: layout) { path, _ in
      if path.hasSuffix("-loss.svg") { return .lines(["2.3 ┤*", "0.0 ┤ *****"]) }
      if path.hasSuffix(".png"), layout.colors != nil {
        var image = Image(width: 8, height: 1)
        image.fill(Rectangle(x: 0, y: 0, width: 3, height: 1), color: .red)
        return .picture(image)
      }
      return .file(path: "docs/lessons/\(path)")
    } address: {
      $0.contains("://") ? $0 : "file:///course/\($0)"
    }
  }

  private static let layouts: [String: TerminalPage.Layout] = [
    "plain.txt": .init(.none),
    "narrow-open.txt": .init(Terminal(columns: 48, hasStyles: false), opensDetails: true),
    "styled.txt": .init(Terminal(columns: 80, hasStyles: true, colors: .palette)),
  ]

  @Test(arguments: ["plain.txt", "narrow-open.txt", "styled.txt"])
  func aPageLooksAsRecorded(name: String) throws {
    let text = text(try blocks(), try #require(Self.layouts[name]))
    let file = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["RECORD_PAGES"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(file.path)")
      return
    }
    let diff = UnifiedDiff(expected: try String(contentsOf: file, encoding: .utf8), actual: text)
    #expect(diff.isEmpty, "\(diff.text(expectedName: name, actualName: "now"))")
  }

  @Test func withoutStylesNothingSteersTheTerminal() throws {
    for name in ["plain.txt", "narrow-open.txt"] {
      let text = text(try blocks(), try #require(Self.layouts[name]))
      #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
      #expect(text.contains("\\u{1b}[2J") && text.contains("\\u{202e}back"))
    }
  }

  /// What remains of a styled text without the codes that the renderer writes itself.
  @Test func withStylesNothingElseSteersTheTerminal() throws {
    let text = text(try blocks(), try #require(Self.layouts["styled.txt"]))
      .replacing(/\u{1B}\[[0-9;]*m/, with: "").replacing(/\u{1B}\]8;;[!-~]*\u{1B}\\/, with: "")
    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    #expect(text.contains("\\u{1b}[2J"))
  }

  @Test(arguments: [20, 33, 48, 80, 100, 140])
  func noLineIsWiderThanTheTerminal(columns: Int) throws {
    let layout = TerminalPage.Layout(Terminal(columns: columns, hasStyles: false), opensDetails: true)
    for line in text(try blocks(), layout).split(separator: "\n") {
      // Addresses are not broken, and columns of a table can be made no narrower.
      if line.contains("] http") { continue }
      let limit = columns < 40 && line.contains("  ") ? 40 : columns
      #expect(DisplayWidth.columns(of: line) <= limit, "\(line)")
    }
  }

  @Test func anyTextIsShown() {
    let texts = [
      "", "\n", "`", "```", "~~~\nx", "#", "# ", "######## x", "|", "| a |\n|---|", "|\n|-", "-", "- ", "1.",
      "1. \n\n2.",
      ">", "> > > x", "<details>", "</details>", "<details>\n<summary>", "<!--", "<", "[", "![", "[x](", "[x](y", "]",
      "![](x)", "*", "**", "***x*", "_a__", "$`", "$`x", "```math\n```", "&", "&#x110000;", "\\", "a\\", "  \n  ",
      String(repeating: ">", count: 200), String(repeating: "- ", count: 200), String(repeating: "[", count: 200),
      String(repeating: "*a ", count: 200), String(repeating: "<details>\n", count: 200),
      "```math\n" + String(repeating: "{", count: 500) + "\n```", "$`" + String(repeating: "\\frac", count: 500) + "`$",
    ]
    for text in texts {
      for layout in Self.layouts.values {
        #expect(self.text(MarkdownBlock.parse(text), layout).hasSuffix("\n"))
      }
    }
  }

  /// Addresses of links stand below their section where the terminal has no links.
  @Test func addressesAreListedBelowTheirSection() {
    let page = "# A\n\n[x](https://a.b), [*y* z](https://c.d), [w](https://a.b), [f](file.md).\n\n## B\n\nNone."
    #expect(
      text(MarkdownBlock.parse(page), .init(.none)) == """
        A
        =

        x [1], y z [2], w [1], f.

        [1] https://a.b
        [2] https://c.d

        B
        -

        None.

        """)
  }
}
