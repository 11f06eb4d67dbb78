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

  @Test func theEndOfTheInputEndsPolitely() throws {
    let result = try play("b\n")
    #expect(result.ending == .exited(0))
    #expect(result.outputText.hasSuffix("\nYou had 1 of 1 right; 14 still to come.\n"))
  }
}
