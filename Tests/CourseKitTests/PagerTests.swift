import CourseKit
import Foundation
import TestSupport
import Testing

@Suite struct PagerTests {
  @Test func theEnvironmentNamesThePagerOrNone() {
    #expect(Pager(environment: [:])?.command == "less -R")
    #expect(Pager(environment: ["PAGER": "most -s"])?.command == "most -s")
    for command in ["", " ", "cat"] { #expect(Pager(environment: ["PAGER": command]) == nil) }
  }

  @Test func itGetsTheWholeText() throws {
    let folder = try TemporaryFolder()
    let text = String(repeating: "a line of a long page\n", count: 20_000)
    let pager = try #require(Pager(environment: ["PAGER": "cat >'\(folder.path("shown"))'"]))
    #expect(try pager.show(text))
    #expect(try String(contentsOfFile: folder.path("shown"), encoding: .utf8) == text)
  }

  @Test func aReaderWhoLeavesEarlyHasSeenThePage() throws {
    let pager = try #require(Pager(environment: ["PAGER": "head -n 1 >/dev/null"]))
    #expect(try pager.show(String(repeating: "x\n", count: 200_000)))
  }

  @Test func aPagerThatIsNotThereShowsNothing() throws {
    let pager = try #require(Pager(environment: ["PAGER": "no-such-pager 2>/dev/null"]))
    #expect(try !pager.show("x"))
  }
}
