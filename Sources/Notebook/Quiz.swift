import Support

/// Questions with four answers each, of which one is right.
///
/// A quiz is written in Markdown, so that it can be read, and changed, without a program:
///
/// ```
/// ## What is the square root of 81?
///
/// - [ ] 8
/// - [x] 9
/// - [ ] 10
/// - [ ] 18
///
/// 9 · 9 = 81.
/// ```
public struct Quiz: Equatable, Sendable {
  /// One question.
  public struct Question: Equatable, Sendable {
    /// What is asked.
    public let text: String
    /// What can be answered, four of them.
    public let answers: [String]
    /// Which answer is right, from 0.
    public let rightAnswer: Int
    /// Why it is, shown after the answer was given.
    public let explanation: String
  }

  /// How many answers a question has: a to d.
  public static let answerCount = 4

  /// The questions in their order.
  public let questions: [Question]

  /// Reads a quiz.
  ///
  /// - Parameters:
  ///   - markdown: what is written before the first `## ` is an introduction and left out.
  ///   - file: the name for errors.
  /// - Throws: `DataError` that names the line of a question without four answers, one right answer or an explanation.
  public init(markdown: String, file: String) throws(DataError) {
    var questions: [Question] = []
    var draft: Draft?
    for (index, line) in markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.hasPrefix("## ") {
        if let draft { questions.append(try draft.question(file)) }
        draft = Draft(text: String(line.dropFirst(3)), line: index + 1)
      } else {
        try draft?.add(line, number: index + 1, file)
      }
    }
    guard let draft else {
      throw DataError(file: file, place: "line 1", reason: "holds no question, a line that begins with ##")
    }
    questions.append(try draft.question(file))
    self.questions = questions
  }
}

/// A question while it is being read.
private struct Draft {
  let text: String
  let line: Int
  var answers: [String] = []
  var right: [Int] = []
  var explanation: [Substring] = []

  mutating func add(_ line: Substring, number: Int, _ file: String) throws(DataError) {
    if line.hasPrefix("- [ ] ") || line.hasPrefix("- [x] ") {
      if line.hasPrefix("- [x] ") { right.append(answers.count) }
      answers.append(String(line.dropFirst(6)))
    } else if line.hasPrefix("-") {
      throw DataError(
        file: file, place: "line \(number)", reason: "an answer begins with '- [ ] ', the right one with '- [x] '")
    } else if !line.allSatisfy(\.isWhitespace) {
      if answers.isEmpty {
        throw DataError(file: file, place: "line \(number)", reason: "the answers come first, then the explanation")
      }
      explanation.append(line)
    }
  }

  func question(_ file: String) throws(DataError) -> Quiz.Question {
    func failure(_ reason: String) -> DataError { DataError(file: file, place: "line \(line)", reason: reason) }
    if answers.count != Quiz.answerCount {
      throw failure("the question has \(answers.count) answers, not \(Quiz.answerCount)")
    }
    guard right.count == 1, let rightAnswer = right.first else {
      throw failure("the question has \(right.count) right answers, not 1")
    }
    if explanation.isEmpty { throw failure("the question has no explanation") }
    return Quiz.Question(
      text: text, answers: answers, rightAnswer: rightAnswer, explanation: explanation.joined(separator: " "))
  }
}
