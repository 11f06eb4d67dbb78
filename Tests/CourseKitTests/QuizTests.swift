import Support
import Testing

@testable import CourseKit

/// Reading a quiz.
@Suite struct QuizTests {
  private static let sums = """
    # Sums

    What stands here is left out.

    ## What is 1 + 1?

    - [ ] 1
      That is 1 · 1.
    - [x] 2
      One and one
      are two.
    - [ ] 3
      One too many.
    - [ ] 11
      These are the digits side by side.

    ## Predict, then run: how many are there?

    - [=] value "Count" within 5 %
      Count them.

    ## Predict, then run: how large is the loss?

    - [=] cell "as in 4.6" "loss, last epoch" within 0.5
      Small.
    """

  @Test func linesMayEndAsOnOtherSystems() throws {
    let quiz = try Quiz(markdown: Self.sums.replacing("\n", with: "\r\n"), file: "sums.md")
    #expect(try quiz == Quiz(markdown: Self.sums, file: "sums.md"))
  }

  @Test func aQuizIsReadFromMarkdown() throws {
    let questions = try Quiz(markdown: Self.sums, file: "sums.md").questions
    #expect(
      questions == [
        .init(
          text: "What is 1 + 1?",
          kind: .choice(
            [
              .init(text: "1", explanation: "That is 1 · 1."), .init(text: "2", explanation: "One and one are two."),
              .init(text: "3", explanation: "One too many."),
              .init(text: "11", explanation: "These are the digits side by side."),
            ], rightAnswer: 1)),
        .init(
          text: "Predict, then run: how many are there?",
          kind: .prediction(
            .init(place: .value("Count"), tolerance: .relative(0.05), explanation: "Count them."))),
        .init(
          text: "Predict, then run: how large is the loss?",
          kind: .prediction(
            .init(
              place: .cell(row: "as in 4.6", column: "loss, last epoch"), tolerance: .absolute(0.5),
              explanation: "Small."))),
      ])
  }

  private static func four(_ marks: [String]) -> String {
    "## Q\n" + marks.enumerated().map { "- [\($1)] \($0)\n  Why" }.joined(separator: "\n")
  }

  @Test(arguments: [
    ("nothing", 1, "holds no question, a line that begins with ##"),
    (four(["x", " ", " "]), 1, "the question has 3 answers, not 4"),
    ("\n" + four(["x", "x", " ", " "]), 2, "the question has 2 right answers, not 1"),
    (four([" ", " ", " ", " "]), 1, "the question has 0 right answers, not 1"),
    ("## Q\n- [x] 1\n- [ ] 2\n  Why\n- [ ] 3\n  Why\n- [ ] 4\n  Why", 2, "the answer has no explanation"),
    (
      "## Q\n- [x] 1\n  Why\n- 2", 4,
      "an answer begins with '- [ ] ', the right one with '- [x] ', a printed number with '- [=] '"
    ),
    ("## Q\n  Why\n- [x] 1", 2, "an explanation stands under its answer, indented by two spaces"),
    ("## Q\n- [x] 1\nWhy", 3, "an explanation stands under its answer, indented by two spaces"),
    (
      "## Q\n- [=] the loss\n  Why", 2,
      "expected value \"NAME\" within 5 %, or cell \"ROW\" \"COLUMN\" within 0.5, after '- [=] '"
    ),
    (
      "## Q\n- [=] cell \"Loss\" within 5 %\n  Why", 2,
      "expected value \"NAME\" within 5 %, or cell \"ROW\" \"COLUMN\" within 0.5, after '- [=] '"
    ),
    (
      "## Q\n- [=] value \"a\" within 1\n  Why\n- [ ] 2\n  Why", 1,
      "a printed number is the only answer of its question"
    ),
  ])
  func aDamagedQuizIsRefusedWithItsLine(markdown: String, line: Int, reason: String) {
    #expect(throws: DataError(file: "quiz.md", place: "line \(line)", reason: reason)) {
      try Quiz(markdown: markdown, file: "quiz.md")
    }
  }

  // MARK: Predictions

  @Test(arguments: [
    ("85,806,346", Quiz.PrintedNumber.Tolerance.relative(0.05), 86e6, true),
    ("85,806,346", .relative(0.05), 91e6, false), ("93.90%", .absolute(2), 95.9, true),
    ("93.90%", .absolute(2), 96, false), ("-0.5", .absolute(0.1), -0.6, true), ("0.5", .relative(0.1), -0.5, false),
  ])
  func aPredictionHasToComeNearEnough(
    printed: String, tolerance: Quiz.PrintedNumber.Tolerance, prediction: Double, isNear: Bool
  ) {
    let number = Quiz.PrintedNumber(place: .value("a"), tolerance: tolerance, explanation: "")
    #expect(number.accepts(prediction, for: printed) == isNear)
  }

  @Test func theNumberIsTheOneThatTheLessonPrints() throws {
    let output = ExpectedOutput(parsing: "Loss: 2.3026  # ln 10\nModel: ViT\n", file: "golden.txt")
    let (loss, model) = (Quiz.PrintedNumber.Place.value("Loss"), Quiz.PrintedNumber.Place.value("Model"))
    #expect(try Quiz.PrintedNumber(place: loss, tolerance: .absolute(0), explanation: "").text(in: output) == "2.3026")
    #expect(throws: CourseError("golden.txt: 'ViT' is no number to predict")) {
      try Quiz.PrintedNumber(place: model, tolerance: .absolute(0), explanation: "").text(in: output)
    }
  }

  @Test(arguments: [
    ("1,437", 1437.0), (" 12 % ", 12), ("-3e2", -300), ("nan", nil), ("inf", nil), ("", nil), ("x", nil),
  ])
  func aTypedNumberMayHaveCommasAndAPercentSign(text: String, number: Double?) {
    #expect(Quiz.PrintedNumber.number(text) == number)
  }
}
