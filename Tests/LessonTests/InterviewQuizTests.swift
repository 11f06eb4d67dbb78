import CourseKit
import Foundation
import Notebook
import TestSupport
import Testing

/// The quiz of the interview lesson: its text, and the program that asks it.
@Suite struct InterviewQuizTests {
  private let program = BuiltPrograms.path(of: "Lesson10_Interview")

  private func quiz() throws -> Quiz {
    let file = Course.root.appending(path: "Lessons/Lesson10_Interview/quiz.md")
    return try Quiz(markdown: String(contentsOf: file, encoding: .utf8), file: "quiz.md")
  }

  private func play(_ typed: String) throws -> Subprocess {
    try Subprocess.capture(
      "/bin/sh", ["-c", "printf '%s' \"$1\" | \"$0\" --quiz", program, typed], timeout: 60)
  }

  @Test func theThreeQuestionsOfTheNotebookComeFirstAndADozenFollow() throws {
    let questions = try quiz().questions
    #expect(questions.count == 15)
    for (question, topic) in zip(questions, ["Vision Transformer", "contrastive objective", "zero-shot"]) {
      #expect(question.text.contains(topic))
    }
  }

  @Test func noQuestionAndNoAnswerIsThereTwice() throws {
    let questions = try quiz().questions
    #expect(Set(questions.map(\.text)).count == questions.count)
    for question in questions { #expect(Set(question.answers).count == question.answers.count, "\(question.text)") }
  }

  @Test func whoAlwaysTypesTheSameLetterIsMostlyWrong() throws {
    let right = try quiz().questions.map(\.rightAnswer)
    for letter in 0..<Quiz.answerCount {
      let hits = right.count { $0 == letter }
      #expect((2...5).contains(hits), "letter \(letter) is right \(hits) times")
    }
  }

  @Test func theRightAnswerIsNotGivenAwayByItsLength() throws {
    let longest = try quiz().questions.count { question in
      question.answers.indices.allSatisfy { index in
        index == question.rightAnswer || question.answers[index].count < question.answers[question.rightAnswer].count
      }
    }
    #expect(longest <= 8, "in \(longest) of 15 questions the longest answer is the right one")
  }

  @Test func allRightAnswersMakeAFullScore() throws {
    let letters = try quiz().questions.map { ["a", "b", "c", "d"][$0.rightAnswer] }
    let result = try play(letters.joined(separator: "\n") + "\n")
    #expect(result.ending == .exited(0))
    #expect(result.errorText == "")
    #expect(result.outputText.hasPrefix("Lesson 10. Interview Questions\n"))
    #expect(result.outputText.hasSuffix("\nScore: 15 of 15\n\nAll 15 right.\n"))
  }

  /// The questions' own words, in what the program says of them.
  @Test func everyAnswerIsRevealedAndCounted() throws {
    let questions = try quiz().questions
    func asked(_ index: Int) -> String {
      let question = questions[index]
      let answers = zip(["a", "b", "c", "d"], question.answers).map { "\($0)) \($1)" }.joined(separator: " ")
      return "Question \(index + 1) of 15 \(question.text) \(answers) Your answer (a, b, c, d; q to stop):"
    }
    let letters = questions.map { ["a", "b", "c", "d"][$0.rightAnswer] }
    let wrong = letters[1] == "a" ? "b" : "a"
    // Large letters and spaces do not matter; what is no letter is asked again, and not counted.
    let output = try play(" \(letters[0].uppercased()) \r\n\ne\nab\n\(wrong)\n q \na\n").outputText
    let again = String(repeating: "That is none of them. Your answer (a, b, c, d; q to stop): ", count: 3)
    let expected = [
      "Lesson 10. Interview Questions", asked(0), "Right. \(questions[0].explanation) Score: 1 of 1", asked(1),
      "\(again)Not quite: it is \(letters[1]). \(questions[1].explanation) Score: 1 of 2", asked(2),
      "You had 1 of 2 right; 13 still to come.",
    ]
    func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    let underline = String(repeating: "=", count: 30)
    #expect(words(output.replacing(underline, with: "")) == words(expected.joined(separator: " ")))
    #expect(output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func nothingAnsweredIsSaidToo() throws {
    #expect(try play("").outputText.hasSuffix("\nNo question answered. All 15 are still there.\n"))
  }

  @Test func theEndOfTheInputEndsPolitely() throws {
    let result = try play("b\n")
    #expect(result.ending == .exited(0))
    #expect(result.outputText.hasSuffix("\nYou had 1 of 1 right; 14 still to come.\n"))
  }
}
