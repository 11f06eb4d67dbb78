import Foundation
import Testing

/// The guides show code of these tests, and numbers on which both sides agree.
@Suite struct GuidePageTests {
  /// A guide, the file of tests that holds its code, and files that it quotes.
  struct Guide: CustomTestStringConvertible {
    let page: String
    let tests: String
    var quoted: [String] = []

    var testDescription: String { page }
  }

  static let fromPyTorch = Guide(page: "docs/from-pytorch.md", tests: "FromPyTorchTests.swift")
  static let engine = Guide(
    page: "docs/engine.md", tests: "EngineGuideTests.swift",
    quoted: ["Sources/Tensors/Operations/Functions.swift"])

  private static func lines(_ path: String) throws -> [String] {
    try String(contentsOf: GuidePage.root.appending(path: path), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Whether consecutive lines of a source are a block's, all indented alike.
  private static func holds(_ source: [String], _ block: GuidePage.Block) -> Bool {
    let wanted = block.lines
    return source.indices.dropLast(wanted.count - 1).contains { start in
      let indent = source[start].prefix { $0 == " " }
      return zip(source[start...], wanted).allSatisfy { own, line in own == (line.isEmpty ? "" : indent + line) }
    }
  }

  @Test(arguments: [fromPyTorch, engine])
  func everySwiftBlockIsCodeThatRuns(guide: Guide) throws {
    let blocks = try GuidePage(guide.page).sections.values.flatMap(\.blocks).filter { $0.language == "swift" }
    let sources = try (["Tests/GuideTests/\(guide.tests)"] + guide.quoted).map { try Self.lines($0) }
    #expect(!blocks.isEmpty)
    for block in blocks {
      let isHeld = sources.contains { Self.holds($0, block) }
      #expect(isHeld, "\(guide.page) shows code that is not in \(guide.tests):\n\(block.lines.joined(separator: "\n"))")
    }
  }

  @Test func everyCallOfATableIsCodeThatRuns() throws {
    let calls = try GuidePage(Self.fromPyTorch.page).sections.values.flatMap(\.calls)
    let source = try Self.lines("Tests/GuideTests/\(Self.fromPyTorch.tests)")
    #expect(calls.count > 80)
    for call in calls { #expect(source.contains { $0.contains(call) }, "not in \(Self.fromPyTorch.tests): \(call)") }
  }

  @Test func everySectionWithSwiftIsRun() throws {
    let page = try GuidePage(Self.fromPyTorch.page)
    let source = try Self.lines("Tests/GuideTests/\(Self.fromPyTorch.tests)")
    for title in page.titles where page.sections[title]?.blocks.contains(where: { $0.language == "swift" }) == true {
      #expect(source.contains { $0.contains("section(\"\(title)\")") }, "\(title)")
    }
  }

  @Test func numbersBesideEachOtherAreTheSame() throws {
    let page = try GuidePage(Self.fromPyTorch.page)
    var count = 0
    for title in page.titles {
      let blocks = page.sections[title]?.blocks ?? []
      for (python, swift) in zip(blocks, blocks.dropFirst())
      where python.language == "python" && swift.language == "swift" {
        let theirs = python.printedLines.flatMap(Self.numbers)
        let ours = swift.printedLines.flatMap(Self.numbers)
        #expect(theirs.count == ours.count, "\(title): \(theirs) and \(ours)")
        count += theirs.count
        for (their, our) in zip(theirs, ours) {
          // The last place of what Python shows, and for sums in another order two parts in a million.
          let tolerance = their.halfUnit + 2e-6 * abs(their.value)
          #expect(abs(their.value - our.value) <= tolerance, "\(title): \(their.value) and \(our.value)")
        }
      }
    }
    #expect(count > 50)
  }

  /// README, CONTRIBUTING and the guides that are written by hand.
  private static func pages() throws -> [String] {
    let guides = try FileManager.default.contentsOfDirectory(atPath: GuidePage.root.appending(path: "docs").path)
    return ["README.md", "CONTRIBUTING.md"] + guides.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }

  @Test(arguments: try pages())
  func everyLinkAndPictureLeadsToAFile(page: String) throws {
    let text = try Self.lines(page).joined(separator: "\n")
    let folder = GuidePage.root.appending(path: page).deletingLastPathComponent()
    let targets = text.matches(of: /\]\(([^)#\s]+)|(?:src|srcset)="([^"]+)"/).compactMap { $0.1 ?? $0.2 }
    for target in targets where !target.contains(":") {
      let path = folder.appending(path: String(target)).path
      #expect(FileManager.default.fileExists(atPath: path), "\(page) links to \(target), which is not there")
    }
  }

  @Test(arguments: ["README.md", "docs/index.md"])
  func everyLessonHasAPicture(page: String) throws {
    let lines = try Self.lines(page)
    let figures = try FileManager.default.contentsOfDirectory(
      atPath: GuidePage.root.appending(path: "docs/lessons/figures").path)
    for number in Set(figures.map { $0.prefix(8) }).sorted() {
      #expect(
        lines.contains { $0.contains("docs/lessons/figures/\(number)-") || $0.contains("(lessons/figures/\(number)-") },
        "\(page) has no picture of \(number), which has figures")
    }
  }

  @Test func thePictureOfATerminalShowsWhatTheLessonPrints() throws {
    let picture = try String(contentsOf: GuidePage.root.appending(path: "docs/pictures/terminal.svg"), encoding: .utf8)
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")]
    let words = picture.matches(of: /<text [^>]*>([^<]*)<\/text>/).map { match in
      entities.reduce(String(match.1)) { $0.replacing($1.0, with: $1.1) }
    }
    let command = try #require(words.first?.split(separator: " "))
    #expect(command.dropLast() == ["$", "swift", "run"])
    let lesson = try #require(command.last)
    let golden = try String(
      contentsOf: GuidePage.root.appending(path: "expected-outputs/\(lesson).txt"), encoding: .utf8)
    #expect(words.count > 20)
    for word in words.dropFirst() where word != "⋮" {
      #expect(golden.contains(word), "\(lesson) does not print \"\(word)\"; draw it anew: Scripts/pictures.py terminal")
    }
  }

  /// The numbers in a text, each with half a unit of its last decimal place; 0 for a whole number.
  private static func numbers(_ text: String) -> [(value: Double, halfUnit: Double)] {
    text.matches(of: /-?\d+(?:,\d{3})*(?:\.(\d+)(?:e-?\d+)?)?/).compactMap { match in
      Double(match.0.replacing(",", with: "")).map { value in
        (value, match.1.map { decimals in decimals.reduce(0.5) { unit, _ in unit / 10 } } ?? 0)
      }
    }
  }
}
