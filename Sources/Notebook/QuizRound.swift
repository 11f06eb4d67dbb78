/// Asks the questions of a quiz, one after another, on the terminal, and ends the program.
///
/// Reads answers from standard input, a line each: a letter from a to d, or q to stop. At the end of the input it says
/// how it went and stops as well.
@MainActor
public func ask(_ quiz: Quiz, file: String = #fileID, line: Int = #line) -> Never {
  _ = Session.current(for: "ask", file, line)
  let round = QuizRound(
    quiz, answer: { readLine() }, write: { Session.printToStandardOutput($0) })
  round.play()
  System.leave(.success)
}

/// One person's way through a quiz.
struct QuizRound {
  private let quiz: Quiz
  private let answer: () -> String?
  private let write: (String) -> Void

  /// How many questions were answered, and how many of them rightly.
  struct Score: Equatable {
    var right = 0
    var answered = 0
  }

  /// - Parameters:
  ///   - answer: the next line that the person types, nil when there will be none.
  ///   - write: shows a text.
  init(_ quiz: Quiz, answer: @escaping () -> String?, write: @escaping (String) -> Void) {
    self.quiz = quiz
    self.answer = answer
    self.write = write
  }

  /// Asks all questions, or as many as the person wants to answer.
  @discardableResult
  func play() -> Score {
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
    return score
  }

  /// Asks until the answer is one of the letters; nil when the person stops or the input ends.
  private func choice() -> Int? {
    while true {
      write("Your answer (a, b, c, d; q to stop): ")
      guard let line = answer() else {
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

  private static let letters = ["a", "b", "c", "d"]

  /// The question and its answers, each with its letter and further lines under its text.
  private static func text(of question: Quiz.Question) -> String {
    let answers = zip(letters, question.answers).map { letter, answer in
      let lines = Paragraph.wrap(answer, width: Transcript.width - 5)
      return "  \(letter)) " + lines.joined(separator: "\n     ") + "\n"
    }
    return wrapped(question.text) + "\n" + answers.joined()
  }

  private static func wrapped(_ text: String) -> String {
    Paragraph.wrap(text, width: Transcript.width).joined(separator: "\n") + "\n"
  }
}
