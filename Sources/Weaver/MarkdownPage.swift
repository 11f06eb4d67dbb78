import CourseKit
import Notebook

/// A page as Markdown in GitHub's dialect.
struct MarkdownPage {
  let page: LessonPage
  let previous: LessonEntry?
  let next: LessonEntry?

  /// The text of the file.
  var text: String {
    let lesson = page.lesson
    let source = "Lessons/\(lesson.target)/main.swift"
    let links = [
      previous.map { "[← \($0.heading)](\($0.pageName).md)" }, "[All lessons](README.md)",
      next.map { "[\($0.heading) →](\($0.pageName).md)" },
    ].compactMap { $0 }.joined(separator: " · ")
    let parts =
      [
        "<!-- Woven from \(source) by `swift run course weave \(lesson.paddedNumber)`. Edit the lesson, not this page. -->",
        "# \(lesson.heading)", links,
        "`swift run \(lesson.target)` prints the results on this page. It is woven from the [lesson's source](\(up)\(source)) "
          + "and from its [expected output](\(up)\(lesson.golden)).",
      ] + page.blocks.map(text) + ["---", links]
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// From a page to the package's root.
  private let up = "../../"

  init(_ page: LessonPage, previous: LessonEntry?, next: LessonEntry?) {
    self.page = page
    self.previous = previous
    self.next = next
  }

  private func text(_ block: PageBlock) -> String {
    switch block {
    case .markdown(let text): text
    case .code(let excerpt): Self.fenced(excerpt.code, "swift") + "\n" + link(to: excerpt)
    case .text(let text): Self.fenced(text, "text")
    case .table(let table): Self.text(table)
    case .note(let paragraphs): paragraphs.map { "> \($0)" }.joined(separator: "\n>\n")
    case .figure(let figure): text(figure)
    case .folded(let summary, let blocks):
      "<details>\n<summary>\(Self.inline(summary))</summary>\n\n\(blocks.map(text).joined(separator: "\n\n"))\n\n</details>"
    }
  }

  private func link(to excerpt: Excerpt) -> String {
    let isOwn = excerpt.path == "Lessons/\(page.lesson.target)/main.swift"
    let name = isOwn ? "main.swift" : excerpt.path
    let (first, last) = (excerpt.lines.lowerBound, excerpt.lines.upperBound)
    let (lines, anchor) =
      first == last ? ("line \(first)", "L\(first)") : ("lines \(first)–\(last)", "L\(first)-L\(last)")
    return "<sub>[\(name), \(lines)](\(up)\(excerpt.path)#\(anchor))</sub>"
  }

  private func text(_ figure: TraceRecord.Figure) -> String {
    let file = page.lesson.fileName(ofFigure: figure.name, figure.fileExtension)
    let alternative = Prose.escaped(figure.alternative.replacing("\n", with: " ").replacing("`", with: "'"))
    return "![\(alternative)](figures/\(file))\n\n*\(Prose.escaped(figure.caption))*"
  }

  private static func fenced(_ text: String, _ language: String) -> String {
    let fence = Fence.around(text)
    return "\(fence)\(language)\n\(text)\n\(fence)"
  }

  private static func text(_ table: TraceRecord.Table) -> String {
    let row = { (cells: [String]) in "| " + cells.map(cell).joined(separator: " | ") + " |" }
    let rule = "|" + table.isNumeric.map { $0 ? " ---: |" : " --- |" }.joined()
    return ([row(table.header), rule] + table.rows.map(row)).joined(separator: "\n")
  }

  /// Whether a text is an address on the web and nothing else.
  static func isAddress(_ text: String) -> Bool {
    text.hasPrefix("https://") && !text.contains { $0.isWhitespace || "()<>\"".contains($0) }
  }

  /// A cell; one that is an address becomes a link.
  private static func cell(_ text: String) -> String {
    guard isAddress(text) else { return Prose.escaped(text) }
    return "[\(Prose.escaped(String(text.dropFirst("https://".count))))](\(text))"
  }

  /// A summary as HTML, with code between backticks.
  private static func inline(_ text: String) -> String {
    let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    return escaped.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.isMultiple(of: 2) ? String($1) : "<code>\($1)</code>" }.joined()
  }

  /// The page that lists all pages.
  static func index(of lessons: [LessonEntry]) -> String {
    let rows = lessons.map { lesson in
      "| \(lesson.number) | [\(Prose.escaped(lesson.title))](\(lesson.pageName).md) | \(Prose.escaped(lesson.teaches)) |"
    }
    return """
      <!-- Woven from Lessons/lessons.txt by `swift run course weave`. Edit that file, not this page. -->

      # All lessons

      Each page is woven from a lesson's source and from what its run printed.

      | | lesson | what it teaches |
      | ---: | --- | --- |
      \(rows.joined(separator: "\n"))

      """
  }
}
