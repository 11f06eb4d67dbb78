import Foundation
import Notebook

/// Asks the questions of a quiz, one after another, on the terminal, and ends the program.
///
/// Reads answers from standard input, a line each: a letter from a to d, or q to stop. At the end of the input it says
/// how it went and stops as well.
func ask(_ quiz: Quiz) -> Never {
  QuizRound(quiz).play()
  exit(EXIT_SUCCESS)
}

/// One person's way through a quiz.
struct QuizRound {
  private let quiz: Quiz

  /// How many questions were answered, and how many of them rightly.
  private struct Score {
    var right = 0
    var answered = 0
  }

  init(_ quiz: Quiz) { self.quiz = quiz }

  /// Asks all questions, or as many as the person wants to answer.
  func play() {
    var score = Score()
    for (index, question) in quiz.questions.enumerated() {
      write("\nQuestion \(index + 1) of \(quiz.questions.count)\n\n\(Self.text(of: question))\n")
      guard let choice = choice() else { break }
      let isRight = choice == question.rightAnswer
      score.answered += 1
      score.right += isRight ? 1 : 0
      let verdict = isRight ? "Right." : "Not quite: it is \(Self.letters[question.rightAnswer])."
      write("\n" + Self.wrapped("\(verdict) \(question.explanation)"))
      write("\nScore: \(score.right) of \(score.answered)\n")
    }
    write("\n" + Self.wrapped(farewell(score)))
  }

  /// Asks until the answer is one of the letters; nil when the person stops or the input ends.
  private func choice() -> Int? {
    while true {
      write("Your answer (a, b, c, d; q to stop): ")
      guard let line = readLine() else {
        write("\n")
        return nil
      }
      let typed = line.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
      if typed == "q" { return nil }
      if let choice = Self.letters.firstIndex(of: typed) { return choice }
      write("That is none of them.\n")
    }
  }

  private func farewell(_ score: Score) -> String {
    let all = quiz.questions.count
    switch (score.answered, score.right) {
    case (0, _): return "No question answered. All \(all) are still there."
    case (all, all): return "All \(all) right."
    case (all, let right): return "You had \(right) of \(all) right. The explanations name what to read again."
    case (let answered, let right):
      return "You had \(right) of \(answered) right; \(all - answered) still to come."
    }
  }

  private func write(_ text: String) { StandardStreams.write(text) }

  private static let letters = ["a", "b", "c", "d"]
  /// Columns of a line.
  private static let width = 80

  /// The question and its answers, each with its letter and further lines under its text.
  private static func text(of question: Quiz.Question) -> String {
    let answers = zip(letters, question.answers).map { letter, answer in
      let lines = Paragraph.wrap(answer, width: Self.width - 5)
      return "  \(letter)) " + lines.joined(separator: "\n     ") + "\n"
    }
    return wrapped(question.text) + "\n" + answers.joined()
  }

  private static func wrapped(_ text: String) -> String {
    Paragraph.wrap(text, width: Self.width).joined(separator: "\n") + "\n"
  }
}
