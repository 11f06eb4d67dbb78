import Foundation
import Notebook

/// One person's way through a quiz, on the terminal.
///
/// Reads answers from standard input, a line each: a letter from a to d, a number for a prediction, or q to stop. The end
/// of the input stops as well.
public struct QuizRound {
  /// How many questions were answered, and how many of them rightly.
  public struct Score: Equatable, Sendable {
    /// Right answers.
    public var right = 0
    /// All answers.
    public var answered = 0
  }

  /// A question with what is needed to judge it.
  private struct Item {
    let question: Quiz.Question
    /// The number that the lesson prints, for a prediction.
    let printed: String
  }

  private let items: [Item]
  private let lesson: LessonEntry

  /// The quiz of a lesson: `quiz.md` in its folder, with the numbers that its expected output has.
  ///
  /// - Throws: an error if the lesson has none, or if the two do not fit together.
  public init(of lesson: LessonEntry, root: URL) throws {
    self.lesson = lesson
    let quiz = try Self.quiz(of: lesson, root: root)
    let output = try ExpectedOutput(lesson: lesson.target, root: root)
    items = try quiz.questions.map { question in
      guard case .prediction(let number) = question.kind else { return Item(question: question, printed: "") }
      return Item(question: question, printed: try number.text(in: output))
    }
  }

  /// Reads the quiz of a lesson.
  public static func quiz(of lesson: LessonEntry, root: URL) throws -> Quiz {
    let path = path(of: lesson)
    guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
      throw CourseError("lesson \(lesson.paddedNumber) has no quiz (\(path))")
    }
    return try Quiz(markdown: text, file: path)
  }

  /// Whether a lesson has a quiz.
  public static func exists(for lesson: LessonEntry, root: URL) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path(of: lesson)).path)
  }

  private static func path(of lesson: LessonEntry) -> String { "Lessons/\(lesson.target)/quiz.md" }

  /// How many questions there are.
  public var count: Int { items.count }

  /// Asks the quiz of a lesson that is running, and ends the program.
  ///
  /// - Parameter lesson: the lesson's number.
  public static func askAndExit(lesson: String) -> Never {
    do {
      let root = try PackageRoot.ofProgram()
      try QuizRound(of: try Manifest(root: root).lesson(named: lesson), root: root).play()
      exit(EXIT_SUCCESS)
    } catch {
      LiveLine.hint("\(error)")
      exit(EXIT_FAILURE)
    }
  }

  /// Asks all questions, or as many as the person wants to answer.
  @discardableResult public func play() -> Score {
    var score = Score()
    for (index, item) in items.enumerated() {
      write("\nQuestion \(index + 1) of \(items.count)\n\n\(Self.text(of: item.question))\n")
      guard let (isRight, comment) = answer(item) else { break }
      score.answered += 1
      score.right += isRight ? 1 : 0
      write("\n" + comment + "\nScore: \(score.right) of \(score.answered)\n")
    }
    write("\n" + Self.wrapped(farewell(score)))
    return score
  }

  /// Asks until there is an answer; nil when the person stops or the input ends.
  private func answer(_ item: Item) -> (isRight: Bool, comment: String)? {
    switch item.question.kind {
    case .choice(let answers, let right):
      guard let choice = ask("Your answer (a, b, c, d; q to stop): ", Quiz.letters.firstIndex(of:)) else { return nil }
      let chosen = Self.wrapped("\(choice == right ? "Right." : "Not quite.") \(answers[choice].explanation)")
      if choice == right { return (true, chosen) }
      return (false, chosen + Self.wrapped("It is \(Quiz.letters[right]). \(answers[right].explanation)"))
    case .prediction(let number):
      let prompt = "Your prediction (a number, within \(number.toleranceText); q to stop): "
      guard let prediction = ask(prompt, Quiz.PrintedNumber.number) else { return nil }
      let isRight = number.accepts(prediction, for: item.printed)
      let verdict = "\(isRight ? "Right" : "Not quite"): the lesson prints \(item.printed)."
      return (isRight, Self.wrapped("\(verdict) \(number.explanation)"))
    }
  }

  private func ask<Answer>(_ prompt: String, _ parse: (String) -> Answer?) -> Answer? {
    while true {
      write(prompt)
      guard let line = readLine() else {
        write("\n")
        return nil
      }
      let typed = line.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
      if typed == "q" { return nil }
      if let answer = parse(typed) { return answer }
      write("That is none of them.\n")
    }
  }

  private func farewell(_ score: Score) -> String {
    let all = items.count
    switch (score.answered, score.right) {
    case (0, _): return "No question answered. All \(all) are still there."
    case (all, all): return "All \(all) right."
    case (all, let right):
      return "You had \(right) of \(all) right. `swift run course read \(lesson.paddedNumber)` shows the page again."
    case (let answered, let right):
      return "You had \(right) of \(answered) right; \(all - answered) still to come."
    }
  }

  private func write(_ text: String) { StandardStreams.write(text) }

  /// Columns of a line.
  private static let width = 80

  /// The question and its answers, each with its letter and further lines under its text.
  private static func text(of question: Quiz.Question) -> String {
    guard case .choice(let choices, _) = question.kind else { return wrapped(question.text) }
    let answers = zip(Quiz.letters, choices).map { letter, answer in
      let lines = Paragraph.wrap(answer.text, width: Self.width - 5)
      return "  \(letter)) " + lines.joined(separator: "\n     ") + "\n"
    }
    return wrapped(question.text) + "\n" + answers.joined()
  }

  private static func wrapped(_ text: String) -> String {
    Paragraph.wrap(text, width: Self.width).joined(separator: "\n") + "\n"
  }
}
