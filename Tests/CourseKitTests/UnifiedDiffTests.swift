import Foundation
import Testing

@testable import CourseKit

@Suite struct UnifiedDiffTests {
  /// `Tests/Fixtures/coursekit/diffs.json`, written by `make_diffs.py` beside it.
  struct Sample: Decodable {
    let old, new, diff: String
  }

  static func samples() throws -> [Sample] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/coursekit/diffs.json")
    return try JSONDecoder().decode([Sample].self, from: Data(contentsOf: file))
  }

  private func text(_ old: String, _ new: String) -> String {
    UnifiedDiff(expected: old, actual: new).text(expectedName: "a", actualName: "b")
  }

  @Test func readsAsDiffWritesIt() throws {
    for sample in try Self.samples() {
      #expect(text(sample.old, sample.new) == sample.diff)
    }
  }

  @Test func equalTextsHaveNoDiff() {
    #expect(text("a\nb\n", "a\nb\n") == "")
    #expect(text("", "") == "")
    #expect(UnifiedDiff(expected: "a\n", actual: "a\n").isEmpty)
    #expect(!UnifiedDiff(expected: "a\n", actual: "a").isEmpty)
  }

  @Test func spellingsOfOneCharacterDiffer() {
    #expect(text("caf\u{E9}\n", "cafe\u{301}\n") == "--- a\n+++ b\n@@ -1 +1 @@\n-caf\u{E9}\n+cafe\u{301}\n")
    #expect(!UnifiedDiff(expected: "a\r\n", actual: "a\n").isEmpty)
  }

  /// The changes, applied to the expected text, give the actual one, and every line is accounted for once.
  @Test func changesTurnOneTextIntoTheOther() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let texts = (0..<2).map { _ in
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          ["a\n", "b\n", "c\n", "d"][Int.random(in: 0...3, using: &generator)]
        }.joined()
      }
      let diff = UnifiedDiff(expected: texts[0], actual: texts[1])
      var result: [UInt8] = []
      var (expectedEnd, actualEnd) = (0, 0)
      for change in diff.changes {
        switch change {
        case .common(let expected, let actual):
          #expect(diff.expected[expected].elementsEqual(diff.actual[actual]))
          for line in diff.expected[expected] { result += line.bytes }
          #expect((expected.lowerBound, actual.lowerBound) == (expectedEnd, actualEnd))
          (expectedEnd, actualEnd) = (expected.upperBound, actual.upperBound)
        case .replaced(let expected, let actual):
          for line in diff.actual[actual] { result += line.bytes }
          #expect((expected.lowerBound, actual.lowerBound) == (expectedEnd, actualEnd))
          (expectedEnd, actualEnd) = (expected.upperBound, actual.upperBound)
        }
      }
      #expect(String(decoding: result, as: UTF8.self) == texts[1])
      #expect((expectedEnd, actualEnd) == (diff.expected.count, diff.actual.count))
    }
  }
}

@Suite struct NumericDistanceTests {
  private func distance(_ old: String, _ new: String) -> NumericDistance {
    NumericDistance(UnifiedDiff(expected: old, actual: new))
  }

  @Test func theLargestDistanceNamesItsPlace() throws {
    let result = distance("Loss: 2.3026\nsame\nA: 0.25 B: 1,024\n", "Loss: 2.3027\nsame\nA: 0.50 B: 1,024\n")
    let largest = try #require(result.largest)
    #expect(largest == NumericDistance.Pair(line: 3, expected: "0.25", actual: "0.50", distance: 0.25))
    #expect((result.differingNumbers, result.differingTexts) == (2, 0))
    #expect(
      result.summary
        == "largest numeric distance 0.25 at line 3 (expected 0.25, printed 0.50); 2 numbers differ")
  }

  @Test func signsExponentsAndSeparatorsBelongToTheNumber() throws {
    #expect(distance("x -1.5e-03\n", "x 1.5e-03\n").largest?.distance == 0.003)
    #expect(distance("n 1,234,567\n", "n 1,234,568\n").largest?.distance == 1)
    #expect(distance("[1, 196]\n", "[1, 197]\n").largest?.distance == 1)
    #expect(distance("95.63%\n", "95.00%\n").largest.map { ($0.distance * 100).rounded() } == 63)
  }

  @Test func movedColumnsDoNotHideANumber() {
    let result = distance("a      9\n", "a     10\n")
    #expect(result.largest?.distance == 1)
    #expect(result.differingTexts == 0)
  }

  @Test func otherWordsAreNotComparedAsNumbers() {
    let result = distance("loss 1.0\n", "accuracy 2.0\n")
    #expect(result.largest == nil)
    #expect(result.summary == "1 line differs in more than numbers")
    #expect(distance("ViT16\n", "ViT32\n").largest == nil)
  }

  @Test func aLineTooManyCountsAsText() {
    let result = distance("a 1\n", "a 2\nb 3\n")
    #expect(result.largest?.distance == 1)
    #expect(result.differingTexts == 1)
  }

  @Test func anotherSpellingOfTheSameNumberIsADistanceOfZero() {
    #expect(distance("x 1.0\n", "x 1.00\n").largest?.distance == 0)
  }
}
