import Testing

@testable import Notebook

/// Reading a quiz, and a person's way through it.
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

  private func round(_ typed: [String]) throws -> (score: QuizRound.Score, output: String) {
    var rest = typed[...]
    var output = ""
    let round = QuizRound(
      try Quiz(markdown: Self.sums, file: "sums.md"), answer: { rest.popFirst() }, write: { output += $0 })
    let score = round.play()
    return (score, output)
  }

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
    #expect(throws: QuizError(file: "quiz.md", line: line, reason: reason)) {
      try Quiz(markdown: markdown, file: "quiz.md")
    }
  }

  @Test func everyAnswerIsRevealedAndCounted() throws {
    let (score, output) = try round(["b", "a"])
    #expect(score == QuizRound.Score(right: 1, answered: 2))
    #expect(
      output == """

        Question 1 of 2

        What is 1 + 1?

          a) 1
          b) 2
          c) 3
          d) 11

        Your answer (a, b, c, d; q to stop):\u{20}
        Right. One and one are two.

        Score: 1 of 1

        Question 2 of 2

        What is 9 · 9?

          a) 18
          b) 80
          c) 99
          d) 81

        Your answer (a, b, c, d; q to stop):\u{20}
        Not quite: it is d. Nine nines.

        Score: 1 of 2

        You had 1 of 2 right. The explanations name what to read again.

        """)
  }

  @Test func lettersMayBeLargeAndSurroundedBySpaces() throws {
    #expect(try round([" B ", "D\r"]).score == QuizRound.Score(right: 2, answered: 2))
  }

  @Test func whatIsNoLetterIsAskedAgainAndNotCounted() throws {
    let (score, output) = try round(["", "e", "ab", "b", "d"])
    #expect(score == QuizRound.Score(right: 2, answered: 2))
    #expect(output.split(separator: "That is none of them.\n").count == 4)
    #expect(output.hasSuffix("All 2 right.\n"))
  }

  @Test(arguments: [["b"], ["b", "q"], ["b", " Q", "d"]])
  func theEndOfTheInputOrAQEndsPolitely(typed: [String]) throws {
    let (score, output) = try round(typed)
    #expect(score == QuizRound.Score(right: 1, answered: 1))
    #expect(output.hasSuffix("\nYou had 1 of 1 right; 1 still to come.\n"))
  }

  @Test func nothingAnsweredIsSaidToo() throws {
    let (score, output) = try round([])
    #expect(score == QuizRound.Score(right: 0, answered: 0))
    #expect(output.hasSuffix("\nNo question answered. All 2 are still there.\n"))
  }
}
