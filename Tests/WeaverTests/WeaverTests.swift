import CourseKit
import Foundation
import Images
import Support
import TestSupport
import Testing

@testable import Notebook
@testable import Weaver

/// A package in a temporary folder with two lessons, and what a run of the first left in `run`.
private struct SamplePackage {
  let folder: TemporaryFolder
  let lesson = LessonEntry(number: 4, target: "Lesson04_ViT", title: "A *title*", teaches: "much")
  var weaver: Weaver { get throws { try Weaver(root: folder.url) } }
  var run: String { folder.path("run") }

  static let main = """
    /*:
    # 4. The lesson

    What Lesson 05 goes on with.
    */
    import Notebook

    let lesson = Lesson(4, "A title")

    /*:
    ## 4.1 First
    The loss is $L$.
    */
    section("4.1 First")
    let rows = doubled(2)
    show("Rows", rows)
    show("More", 3)

    table(["a|b", "n"], [["x", 1]])
    figure("one", picture, caption: "One.")
    note(
      \"\"\"
      Some text.
      \"\"\")

    let unused = 1
    """

  init(main: String = Self.main, records: [TraceRecord]? = nil) throws {
    folder = try TemporaryFolder()
    try folder.write("4 | Lesson04_ViT | A *title* | much\n5 | Lesson05_CLIP | CLIP | more\n", to: Manifest.path)
    try folder.write(main, to: "Lessons/Lesson04_ViT/main.swift")
    try folder.write(
      "import Notebook\n\nfunc doubled(_ x: Int) -> Int { 2 * x }\n", to: "Lessons/Lesson04_ViT/Helper.swift")
    try folder.write(
      "func clip() {}\n\n/// Adds.\nfunc add(_ a: Int) -> Int {\n  a + 1\n}\n", to: "Sources/Models/Add.swift")
    let figures = folder.path("run/figures")
    try FileManager.default.createDirectory(atPath: figures, withIntermediateDirectories: true)
    try Image(width: 1, height: 1, format: .gray, pixels: [7]).writePNG(to: "\(figures)/lesson04-one.png")
    try write(records ?? Self.records(figures: figures))
  }

  func write(_ records: [TraceRecord]) throws {
    let encoder = JSONEncoder()
    let lines = try records.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
    try folder.write(lines.joined(), to: "run/trace.jsonl")
  }

  static func record(
    _ line: Int, _ kind: TraceRecord.Kind, _ text: String, file: String = "Lesson04_ViT/main.swift"
  ) -> TraceRecord {
    TraceRecord(file: file, line: line, kind: kind, text: text)
  }

  static func records(figures: String) -> [TraceRecord] {
    var table = record(19, .table, "\na|b  n\n---  -\nx    1\n")
    table.table = TraceRecord.Table(header: ["a|b", "n"], rows: [["x", "1"]], isNumeric: [false, true])
    var figure = record(20, .figure, "\nFigure one (1×1, 0): One.\n")
    figure.figure = TraceRecord.Figure(
      name: "one", caption: "One.", alternative: "One.", fileExtension: "png", width: 1, height: 1,
      path: "\(figures)/lesson04-one.png")
    return [
      record(8, .title, "Lesson 4\n========\n"), record(14, .section, "\n4.1 First\n---------\n"),
      record(16, .value, "\nRows: 4\n"), record(17, .value, "More: 3  # so\n"), table, figure,
      record(21, .note, "\nSome text,\nwrapped_up.\n\nAnd `a_b`.\n"),
    ]
  }
}

@Suite struct PageTests {
  @Test func everyOutputStandsBelowItsCode() throws {
    let package = try SamplePackage()
    _ = try package.weaver.write(package.lesson, run: package.run)
    let page = try String(contentsOfFile: package.folder.path("docs/lessons/04-vit.md"), encoding: .utf8)
    #expect(
      page == """
        <!-- Woven from Lessons/Lesson04_ViT/main.swift by `swift run course weave 04`. Edit the lesson, not this page. -->

        # 4. A *title*

        [All lessons](README.md) · [5. CLIP →](05-clip.md)

        `swift run Lesson04_ViT` prints the results on this page. It is woven from the [lesson's source](../../Lessons/Lesson04_ViT/main.swift) and from its [expected output](../../expected-outputs/Lesson04_ViT.txt).

        What [Lesson 05](05-clip.md) goes on with.

        <details>
        <summary>Set-up: imports and options</summary>

        ```swift
        import Notebook

        let lesson = Lesson(4, "A title")
        ```
        <sub>[main.swift, lines 6–8](../../Lessons/Lesson04_ViT/main.swift#L6-L8)</sub>

        </details>

        ## 4.1 First
        The loss is $`L`$.

        <details>
        <summary>Helper file <code>Helper.swift</code>: <code>doubled</code></summary>

        ```swift
        import Notebook

        func doubled(_ x: Int) -> Int { 2 * x }
        ```
        <sub>[Lessons/Lesson04_ViT/Helper.swift, lines 1–3](../../Lessons/Lesson04_ViT/Helper.swift#L1-L3)</sub>

        </details>

        ```swift
        let rows = doubled(2)
        show("Rows", rows)
        show("More", 3)
        ```
        <sub>[main.swift, lines 15–17](../../Lessons/Lesson04_ViT/main.swift#L15-L17)</sub>

        ```text
        Rows: 4
        More: 3  # so
        ```

        ```swift
        table(["a|b", "n"], [["x", 1]])
        figure("one", picture, caption: "One.")
        ```
        <sub>[main.swift, lines 19–20](../../Lessons/Lesson04_ViT/main.swift#L19-L20)</sub>

        | a\\|b | n |
        | --- | ---: |
        | x | 1 |

        ![One.](figures/lesson04-one.png)

        *One.*

        > Some text, wrapped\\_up.
        >
        > And `a_b`.

        ```swift
        let unused = 1
        ```
        <sub>[main.swift, line 26](../../Lessons/Lesson04_ViT/main.swift#L26)</sub>

        ---

        [All lessons](README.md) · [5. CLIP →](05-clip.md)

        """)
  }

  @Test func aPageThatWasWovenIsFresh() throws {
    let package = try SamplePackage()
    let weaver = try package.weaver
    #expect(try weaver.write(package.lesson, run: package.run).count == 2)
    #expect(try weaver.problems(of: package.lesson, run: package.run).isEmpty)
    #expect(try weaver.write(package.lesson, run: package.run) == ["docs/lessons/04-vit.md: unchanged"])
    #expect(weaver.problemsOfIndex().count == 1)
    _ = try weaver.writeIndex()
    #expect(weaver.problemsOfIndex().isEmpty)
  }

  @Test func aStalePageIsNamedWithItsLine() throws {
    let package = try SamplePackage()
    _ = try package.weaver.write(package.lesson, run: package.run)
    try package.folder.write(
      SamplePackage.main.replacingOccurrences(of: "The loss", with: "The loss now"),
      to: "Lessons/Lesson04_ViT/main.swift")
    #expect(
      try package.weaver.problems(of: package.lesson, run: package.run) == [
        "docs/lessons/04-vit.md:24: is stale: it has “The loss is $`L`$.”, the lesson gives “The loss now is $`L`$.”; "
          + "`swift run course weave 04` weaves it again"
      ])
  }

  @Test func missingPagesAndFiguresAreNamed() throws {
    let package = try SamplePackage()
    #expect(
      try package.weaver.problems(of: package.lesson, run: package.run) == [
        "docs/lessons/04-vit.md: is missing; `swift run course weave 04` weaves it again",
        "docs/lessons/figures/lesson04-one.png: is missing; `swift run course weave 04` weaves it again",
      ])
  }

  @Test func aFigureIsComparedByItsPixels() throws {
    let package = try SamplePackage()
    let weaver = try package.weaver
    _ = try weaver.write(package.lesson, run: package.run)
    let stored = package.folder.path("docs/lessons/figures/lesson04-one.png")
    // The same pixels in another file.
    var bytes = try #require(FileManager.default.contents(atPath: stored))
    let comment = PNGText.chunk("tEXt", [UInt8]("a\0b".utf8))
    bytes.insert(contentsOf: comment, at: 33)
    try bytes.write(to: URL(filePath: stored))
    #expect(try weaver.problems(of: package.lesson, run: package.run).isEmpty)
    try Image(width: 1, height: 1, format: .gray, pixels: [8]).writePNG(to: stored)
    #expect(try weaver.problems(of: package.lesson, run: package.run).count == 1)
  }

  @Test func aFigureForNarrowScreensIsKeptBesideTheOther() throws {
    let package = try SamplePackage()
    try package.folder.write("<svg/>", to: "run/figures/lesson04-one.narrow.png")
    var records = SamplePackage.records(figures: package.folder.path("run/figures"))
    let index = try #require(records.firstIndex { $0.figure != nil })
    records[index].figure?.narrowPath = package.folder.path("run/figures/lesson04-one.narrow.png")
    try package.write(records)
    let weaver = try package.weaver
    let narrow = "docs/lessons/figures/lesson04-one.narrow.png"
    #expect(
      try weaver.problems(of: package.lesson, run: package.run).contains { $0.hasPrefix("\(narrow): is missing") })
    #expect(try weaver.write(package.lesson, run: package.run).contains("\(narrow): written"))
    #expect(try weaver.problems(of: package.lesson, run: package.run).isEmpty)
  }

  @Test func aFigureThatNoCellMakesAnyMoreIsNamedAndRemoved() throws {
    let package = try SamplePackage()
    let weaver = try package.weaver
    _ = try weaver.write(package.lesson, run: package.run)
    try package.folder.write("<svg/>", to: "docs/lessons/figures/lesson04-old.svg")
    try package.folder.write("<svg/>", to: "docs/lessons/figures/lesson05-other.svg")
    try package.folder.write("mine", to: "docs/lessons/figures/lesson04-notes.txt")
    #expect(
      try weaver.problems(of: package.lesson, run: package.run) == [
        "docs/lessons/figures/lesson04-old.svg: no cell of Lesson04_ViT makes this figure; "
          + "`swift run course weave 04` weaves it again"
      ])
    _ = try weaver.write(package.lesson, run: package.run)
    #expect(!FileManager.default.fileExists(atPath: package.folder.path("docs/lessons/figures/lesson04-old.svg")))
    #expect(FileManager.default.fileExists(atPath: package.folder.path("docs/lessons/figures/lesson05-other.svg")))
    #expect(FileManager.default.fileExists(atPath: package.folder.path("docs/lessons/figures/lesson04-notes.txt")))
  }

  private func page(_ markup: String) throws -> LessonPage {
    let package = try SamplePackage(
      main: SamplePackage.main.replacingOccurrences(of: "The loss is $L$.", with: "The loss is $L$.\n" + markup),
      records: [])
    return try package.weaver.page(of: package.lesson, run: package.run)
  }

  @Test func aQuotedNameIsShownFromItsSource() throws {
    let excerpt = Excerpt(
      path: "Sources/Models/Add.swift", lines: 3...6, code: "/// Adds.\nfunc add(_ a: Int) -> Int {\n  a + 1\n}")
    #expect(try page("{{quote add}}").blocks.contains(.code(excerpt)))
    #expect(
      try page("{{quote add(_:) folded}}").blocks.contains(
        .folded(summary: "`add(_:)` in `Sources/Models/Add.swift`", [.code(excerpt)])))
    #expect(try page("{{quote Sources/Models/Add.swift}}").blocks.contains { $0.unfolded.count == 1 })
  }

  @Test(arguments: [
    ("{{quote subtract}}", "nothing in Sources is named 'subtract', so it cannot be quoted"),
    ("{{quote Sources/No.swift}}", "there is no file Sources/No.swift to quote"),
    ("{{figure two}}", "no cell makes a figure named 'two'"), ("$x_{1$", "a brace in a formula is not closed"),
    ("{{quote add", "the braces that open here are not closed by }}"),
    ("{{quiz none.md}}", "Lessons/Lesson04_ViT/none.md cannot be read"),
    ("{{exercises}}", "the lesson has no folder Exercises with exercises in it"),
  ])
  func whatIsNotThereIsAnErrorWithItsLine(markup: String, reason: String) {
    #expect(throws: CourseError("Lessons/Lesson04_ViT/main.swift:13: \(reason)")) { try page(markup) }
  }

  @Test func anOutputWithoutAPlaceIsAnError() throws {
    let package = try SamplePackage()
    try package.write([SamplePackage.record(3, .value, "a: 1\n", file: "Lesson04_ViT/Helper.swift")])
    #expect(throws: CourseError.self) { try package.weaver.page(of: package.lesson, run: package.run) }
    try package.write([SamplePackage.record(16, .value, "a: 1\n"), SamplePackage.record(8, .value, "b: 1\n")])
    #expect {
      try package.weaver.page(of: package.lesson, run: package.run)
    } throws: {
      "\($0)".hasPrefix("Lessons/Lesson04_ViT/main.swift:8: prints again after later code")
    }
  }

  @Test func aCommentThatIsNotClosedIsAnError() throws {
    let package = try SamplePackage(main: "let a = 1\n/*:\nText\n", records: [])
    #expect(throws: CourseError("Lessons/Lesson04_ViT/main.swift:2: the comment that begins here is not closed by */"))
    {
      try package.weaver.page(of: package.lesson, run: package.run)
    }
  }

  @Test func aBrokenTraceIsAnError() throws {
    let package = try SamplePackage()
    for text in ["{\"file\": 1}\n", "no JSON\n", "{\"file\": \"a\"\n"] {
      try package.folder.write(text, to: "run/trace.jsonl")
      #expect(throws: CourseError.self) { try package.weaver.page(of: package.lesson, run: package.run) }
    }
  }

  @Test func pagesAreNamedAfterTheirLessons() {
    func name(_ number: Int, _ target: String) -> String {
      LessonEntry(number: number, target: target, title: "", teaches: "").pageName
    }
    #expect(name(4, "Lesson04_ViT") == "04-vit")
    #expect(name(6, "Lesson06_PretrainedCLIP") == "06-pretrained-clip")
    #expect(name(9, "Lesson09_BLIP2") == "09-blip2")
    #expect(name(12, "Lesson12_References") == "12-references")
  }

  @Test func anAddressInATableIsALink() {
    let address = "https://arxiv.org/abs/1706.03762"
    let table = TraceRecord.Table(
      header: ["paper", "address"], rows: [["A_B", address], ["C", "https://two words"]], isNumeric: [false, false])
    let lesson = LessonEntry(number: 12, target: "Lesson12_References", title: "References", teaches: "papers")
    let page = MarkdownPage(LessonPage(lesson: lesson, blocks: [.table(table)]), previous: nil, next: nil)
    let rows = "| A\\_B | [arxiv.org/abs/1706.03762](\(address)) |\n| C | https://two words |"
    #expect(page.text.contains(rows))
  }
}

@Suite struct ExportTests {
  @Test func aNotebookHasTheCellsAndTheirOutputs() throws {
    let package = try SamplePackage()
    let exports = try package.weaver.exports(of: package.lesson, run: package.run)
    #expect(exports.map(\.name) == ["04-vit.ipynb", "04-vit.swift"])
    let notebook = try #require(try JSONSerialization.jsonObject(with: exports[0].bytes) as? [String: Any])
    #expect(notebook["nbformat"] as? Int == 4)
    let cells = try #require(notebook["cells"] as? [[String: Any]])
    #expect(Set(cells.compactMap { $0["id"] as? String }).count == cells.count)
    let code = cells.filter { $0["cell_type"] as? String == "code" }
    #expect(code.contains { ($0["source"] as? String)?.hasPrefix("let rows = doubled(2)") == true })
    let outputs = code.flatMap { $0["outputs"] as? [[String: Any]] ?? [] }
    #expect(outputs.contains { $0["text"] as? String == "Rows: 4\nMore: 3  # so\n" })
    let data = outputs.compactMap { $0["data"] as? [String: Any] }
    #expect(data.contains { ($0["text/html"] as? String)?.contains("<td style=\"text-align: right\">1</td>") == true })
    #expect(data.contains { ($0["image/png"] as? String)?.hasPrefix("iVBORw0KGgo") == true })
    #expect(try package.weaver.exports(of: package.lesson, run: package.run)[0].bytes == exports[0].bytes)
  }

  @Test func formulasAndLinksAreThoseOfANotebook() {
    #expect(
      NotebookExport.jupyterMarkdown("$`x`$ [Lesson 05](05-clip.md)\n\n```math\ny\n```\n\n```\n$`\n```")
        == "$x$ [Lesson 05](05-clip.ipynb)\n\n$$\ny\n$$\n\n```\n$\n```")
  }

  @Test func aScriptIsTheCodeWithProseAsCommentsAndHelpersBehind() throws {
    let package = try SamplePackage()
    let script = String(
      decoding: try package.weaver.exports(of: package.lesson, run: package.run)[1].bytes, as: UTF8.self)
    #expect(script.hasPrefix("// # 4. The lesson\n//\n// What Lesson 05 goes on with.\n\nimport Notebook\n"))
    #expect(script.hasSuffix("let unused = 1\n\n// MARK: Helper.swift\n\nfunc doubled(_ x: Int) -> Int { 2 * x }\n"))
  }
}

/// Chunks of a PNG file.
private enum PNGText {
  static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = [UInt8](type.utf8) + content
    let bigEndian = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }
    return bigEndian(UInt32(content.count)) + body + bigEndian(body.withUnsafeBytes(CRC32.of))
  }
}
