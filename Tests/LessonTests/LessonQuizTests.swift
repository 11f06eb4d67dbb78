import CourseKit
import Foundation
import TestSupport
import Testing

/// The quizzes of the lessons: their texts, and the program that asks them.
@Suite struct LessonQuizTests {
  static let lessons = ((try? Course.lessons()) ?? []).filter { QuizRound.exists(for: $0, root: Course.root) }

  private func questions(_ lesson: LessonEntry) throws -> [Quiz.Question] {
    try QuizRound.quiz(of: lesson, root: Course.root).questions
  }

  /// The questions with answers to choose from.
  private func choices(_ lesson: LessonEntry) throws -> [(text: String, answers: [String], right: Int)] {
    try questions(lesson).compactMap { question in
      guard case .choice(let answers, let right) = question.kind else { return nil }
      return (question.text, answers.map(\.text), right)
    }
  }

  @Test func everyLessonThatTeachesHasAQuiz() throws {
    #expect(Set(2...10).union([13, 14]).isSubset(of: Self.lessons.map(\.number)))
  }

  @Test(arguments: lessons) func aQuizHasTenToTwelveQuestions(lesson: LessonEntry) throws {
    // That of the interview lesson is on the whole module.
    let range = lesson.number == 10 ? 15...30 : lesson.number == 1 ? 4...12 : 10...12
    #expect(range.contains(try questions(lesson).count))
  }

  @Test(arguments: lessons) func aPredictionsNumberIsPrinted(lesson: LessonEntry) throws {
    // Reads each number from the lesson's expected output.
    _ = try QuizRound(of: lesson, root: Course.root)
    let count = try questions(lesson).count { if case .prediction = $0.kind { true } else { false } }
    if (2...9).contains(lesson.number) || lesson.number > 12 { #expect(count >= 2) }
  }

  @Test(arguments: lessons) func noQuestionAndNoAnswerIsThereTwice(lesson: LessonEntry) throws {
    let texts = try questions(lesson).map(\.text)
    #expect(Set(texts).count == texts.count)
    for choice in try choices(lesson) { #expect(Set(choice.answers).count == choice.answers.count, "\(choice.text)") }
  }

  @Test(arguments: lessons) func alwaysTheSameLetterIsMostlyWrong(lesson: LessonEntry) throws {
    let right = try choices(lesson).map(\.right)
    for letter in 0..<Quiz.answerCount {
      let hits = right.count { $0 == letter }
      #expect(
        hits > 0 && Double(hits) <= 0.45 * Double(right.count), "\(Quiz.letters[letter]): \(hits) of \(right.count)")
    }
  }

  @Test(arguments: lessons) func theRightAnswerIsNotGivenAwayByItsLength(lesson: LessonEntry) throws {
    let choices = try choices(lesson)
    let longest = choices.count { choice in
      choice.answers.indices.allSatisfy {
        $0 == choice.right || choice.answers[$0].count < choice.answers[choice.right].count
      }
    }
    #expect(Double(longest) <= 0.6 * Double(choices.count), "\(longest) of \(choices.count)")
  }

  // MARK: The program

  private static let course = BuiltPrograms.path(of: "course")

  private func play(_ typed: String, _ program: String, _ arguments: [String]) throws -> Subprocess {
    try Subprocess.capture(
      "/bin/sh", ["-c", "typed=$1; shift; printf '%s' \"$typed\" | \"$0\" \"$@\"", program, typed] + arguments,
      environment: ["COURSE_PROGRESS": ""], timeout: 60)
  }

  /// What to type for full marks: the right letters, and the numbers that the lesson prints.
  private func rightAnswers(_ lesson: LessonEntry) throws -> [String] {
    let output = try ExpectedOutput(lesson: lesson.target, root: Course.root)
    return try questions(lesson).map { question in
      switch question.kind {
      case .choice(_, let right): Quiz.letters[right]
      case .prediction(let number): try number.text(in: output)
      }
    }
  }

  @Test(arguments: lessons) func allRightAnswersMakeAFullScore(lesson: LessonEntry) throws {
    let typed = try rightAnswers(lesson)
    let result = try play(typed.joined(separator: "\n") + "\n", Self.course, ["quiz", lesson.paddedNumber])
    #expect(result.ending == .exited(0) && result.errorText.isEmpty, "\(result.errorText)")
    #expect(result.outputText.hasSuffix("\nScore: \(typed.count) of \(typed.count)\n\nAll \(typed.count) right.\n"))
    #expect(result.outputText.split(separator: "\n").allSatisfy { $0.count <= 90 })
  }

  @Test(arguments: lessons) func aWrongAnswerIsExplainedAndSoIsTheRightOne(lesson: LessonEntry) throws {
    guard case .choice(let answers, let right)? = try questions(lesson).first?.kind else { return }
    let wrong = right == 0 ? 1 : 0
    let output = try play(" \(Quiz.letters[wrong].uppercased()) \r\nq\n", Self.course, ["quiz", lesson.paddedNumber])
      .outputText
    func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    for text in [
      "Not quite. \(answers[wrong].explanation)", "It is \(Quiz.letters[right]). \(answers[right].explanation)",
    ] {
      #expect(words(output).contains(words(text)), "\(text)")
    }
    #expect(output.contains("You had 0 of 1 right; "))
  }

  @Test func whatIsNoAnswerIsAskedAgainAndTheEndOfTheInputEndsPolitely() throws {
    let lesson = try #require(Self.lessons.first)
    let count = try questions(lesson).count
    let output = try play("\ne\nab\n", Self.course, ["quiz", lesson.paddedNumber]).outputText
    #expect(output.components(separatedBy: "That is none of them.").count == 4)
    #expect(output.hasSuffix("\nNo question answered. All \(count) are still there.\n"))
  }

  @Test func aLessonWithoutAQuizSaysSoInALine() throws {
    let lesson = try Manifest(root: Course.root).lesson(named: "12")
    let result = try play("", Self.course, ["quiz", lesson.paddedNumber])
    #expect(result.ending == .exited(1) && result.output.isEmpty)
    let path = "Lessons/\(lesson.target)/quiz.md"
    #expect(result.errorText == "course: lesson \(lesson.paddedNumber) has no quiz (\(path))\n")
  }

  @Test func theInterviewLessonAsksItsOwn() throws {
    let lesson = try Manifest(root: Course.root).lesson(named: "10")
    let texts = try questions(lesson).prefix(3).map(\.text)
    for (text, topic) in zip(texts, ["Vision Transformer", "contrastive objective", "zero-shot"]) {
      #expect(text.contains(topic))
    }
    let typed = try rightAnswers(lesson)
    let result = try play(typed.joined(separator: "\n") + "\n", BuiltPrograms.path(of: lesson.target), ["--quiz"])
    #expect(result.outputText.hasPrefix("Lesson 10. Interview Questions\n"))
    #expect(result.outputText.hasSuffix("\nAll \(typed.count) right.\n"))
  }
}
