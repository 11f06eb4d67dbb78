import Foundation
import Testing

/// `docs/from-pytorch.md` shows the code of `FromPyTorchTests`, and numbers on which both sides agree.
@Suite struct GuidePageTests {
  private let page: GuidePage
  private let source: [String]

  init() throws {
    page = try GuidePage("docs/from-pytorch.md")
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "FromPyTorchTests.swift")
    source = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// Whether consecutive lines of the tests are a block's, all indented alike.
  private func isInSource(_ block: GuidePage.Block) -> Bool {
    let wanted = block.lines
    return source.indices.dropLast(wanted.count - 1).contains { start in
      let indent = source[start].prefix { $0 == " " }
      return zip(source[start...], wanted).allSatisfy { own, line in own == (line.isEmpty ? "" : indent + line) }
    }
  }

  @Test func everySwiftBlockIsCodeThatRuns() {
    let blocks = page.sections.values.flatMap(\.blocks).filter { $0.language == "swift" }
    #expect(blocks.count > 10)
    for block in blocks {
      #expect(isInSource(block), "not in FromPyTorchTests.swift:\n\(block.lines.joined(separator: "\n"))")
    }
  }

  @Test func everyCallOfATableIsCodeThatRuns() {
    let calls = page.sections.values.flatMap(\.calls)
    #expect(calls.count > 80)
    for call in calls { #expect(source.contains { $0.contains(call) }, "not in FromPyTorchTests.swift: \(call)") }
  }

  @Test func everySectionWithSwiftIsRun() {
    for title in page.titles where page.sections[title]?.blocks.contains(where: { $0.language == "swift" }) == true {
      #expect(source.contains { $0.contains("section(\"\(title)\")") }, "\(title)")
    }
  }

  @Test func numbersBesideEachOtherAreTheSame() {
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

  /// The numbers in a text, each with half a unit of its last decimal place; 0 for a whole number.
  private static func numbers(_ text: String) -> [(value: Double, halfUnit: Double)] {
    text.matches(of: /-?\d+(?:,\d{3})*(?:\.(\d+)(?:e-?\d+)?)?/).compactMap { match in
      Double(match.0.replacing(",", with: "")).map { value in
        (value, match.1.map { decimals in decimals.reduce(0.5) { unit, _ in unit / 10 } } ?? 0)
      }
    }
  }
}
