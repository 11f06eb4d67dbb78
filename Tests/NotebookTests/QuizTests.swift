import Support
import Testing

@testable import Notebook

/// Reading a quiz.
@Suite struct QuizTests {
  private static let sums = """
    # Sums

    What stands here is left out.

    ## What is 1 + 1?

    - [ ] 1
    - [x] 2
    - [ ] 3
    - [ ] 11

    One and one
    are two.

    ## What is 9 · 9?

    - [ ] 18
    - [ ] 80
    - [ ] 99
    - [x] 81

    Nine nines.
    """

  @Test func linesMayEndAsOnOtherSystems() throws {
    let quiz = try Quiz(markdown: Self.sums.replacing("\n", with: "\r\n"), file: "sums.md")
    #expect(try quiz == Quiz(markdown: Self.sums, file: "sums.md"))
  }

  @Test func aQuizIsReadFromMarkdown() throws {
    let quiz = try Quiz(markdown: Self.sums, file: "sums.md")
    #expect(quiz.questions.map(\.text) == ["What is 1 + 1?", "What is 9 · 9?"])
    #expect(quiz.questions.map(\.answers) == [["1", "2", "3", "11"], ["18", "80", "99", "81"]])
    #expect(quiz.questions.map(\.rightAnswer) == [1, 3])
    #expect(quiz.questions.map(\.explanation) == ["One and one are two.", "Nine nines."])
  }

  @Test(arguments: [
    ("nothing", 1, "holds no question, a line that begins with ##"),
    ("## Q\n- [x] 1\n- [ ] 2\n- [ ] 3\nWhy", 1, "the question has 3 answers, not 4"),
    ("\n## Q\n- [x] 1\n- [x] 2\n- [ ] 3\n- [ ] 4\nWhy", 2, "the question has 2 right answers, not 1"),
    ("## Q\n- [ ] 1\n- [ ] 2\n- [ ] 3\n- [ ] 4\nWhy", 1, "the question has 0 right answers, not 1"),
    ("## Q\n- [x] 1\n- [ ] 2\n- [ ] 3\n- [ ] 4\n## R", 1, "the question has no explanation"),
    ("## Q\n- [x] 1\n- 2", 3, "an answer begins with '- [ ] ', the right one with '- [x] '"),
    ("## Q\nWhy\n- [x] 1", 2, "the answers come first, then the explanation"),
  ])
  func aDamagedQuizIsRefusedWithItsLine(markdown: String, line: Int, reason: String) {
    #expect(throws: DataError(file: "quiz.md", place: "line \(line)", reason: reason)) {
      try Quiz(markdown: markdown, file: "quiz.md")
    }
  }
}
