import Support

/// Questions on a lesson.
///
/// A quiz is written in Markdown, so that it can be read, and changed, without a program. A question has four answers, each
/// with an explanation, of which one is right; or it asks for a number that the lesson prints:
///
/// ```
/// ## What is the square root of 81?
///
/// - [ ] 8
///   8 · 8 is 64.
/// - [x] 9
///   9 · 9 is 81.
/// - [ ] 18
///   Twice 9; the square root of a number times itself is the number.
/// - [ ] 40.5
///   That is the half.
///
/// ## Predict, then run: how many parameters has the model?
///
/// - [=] value "Parameters" within 5 %
///   Nearly all are in the layers.
/// ```
public struct Quiz: Equatable, Sendable {
  /// One of the answers to choose from.
  public struct Answer: Equatable, Sendable {
    /// The answer.
    public let text: String
    /// Why it is right, or wrong.
    public let explanation: String
  }

  /// A number that a lesson prints.
  public struct PrintedNumber: Equatable, Sendable {
    /// Where it stands in the lesson's expected output.
    public enum Place: Equatable, Sendable {
      /// Behind this name.
      case value(String)
      /// In a table's cell.
      case cell(row: String, column: String)
    }

    /// How near a prediction has to come.
    public enum Tolerance: Equatable, Sendable {
      /// In parts of the number.
      case relative(Double)
      /// In the number's own unit.
      case absolute(Double)
    }

    /// Where it stands.
    public let place: Place
    /// How near a prediction has to come.
    public let tolerance: Tolerance
    /// Where the number comes from.
    public let explanation: String
  }

  /// What a question asks for.
  public enum Kind: Equatable, Sendable {
    /// One of four answers.
    case choice([Answer], rightAnswer: Int)
    /// A number, predicted before the lesson is run.
    case prediction(PrintedNumber)
  }

  /// One question.
  public struct Question: Equatable, Sendable {
    /// What is asked.
    public let text: String
    /// What it asks for.
    public let kind: Kind
  }

  /// How many answers a question has: a to d.
  public static let answerCount = 4

  /// What the answers are called.
  public static let letters = ["a", "b", "c", "d"]

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
  /// An answer, or the place of a printed number, with the lines of its explanation.
  struct Item {
    let mark: Character
    let text: String
    let line: Int
    var explanation: [Substring] = []
  }

  let text: String
  let line: Int
  var items: [Item] = []

  mutating func add(_ line: Substring, number: Int, _ file: String) throws(DataError) {
    func failure(_ reason: String) -> DataError { DataError(file: file, place: "line \(number)", reason: reason) }
    if let mark = ["- [ ] ", "- [x] ", "- [=] "].first(where: line.hasPrefix)?.dropFirst(3).first {
      items.append(Item(mark: mark, text: String(line.dropFirst(6)), line: number))
    } else if line.hasPrefix("-") {
      throw failure("an answer begins with '- [ ] ', the right one with '- [x] ', a printed number with '- [=] '")
    } else if !line.allSatisfy(\.isWhitespace) {
      guard !items.isEmpty, line.hasPrefix("  ") else {
        throw failure("an explanation stands under its answer, indented by two spaces")
      }
      items[items.count - 1].explanation.append(line.dropFirst(2))
    }
  }

  func question(_ file: String) throws(DataError) -> Quiz.Question {
    func failure(_ reason: String, at place: Int? = nil) -> DataError {
      DataError(file: file, place: "line \(place ?? line)", reason: reason)
    }
    if let bare = items.first(where: \.explanation.isEmpty) {
      throw failure("the answer has no explanation", at: bare.line)
    }
    func explanation(_ item: Item) -> String { item.explanation.joined(separator: " ") }
    if let item = items.first, item.mark == "=" {
      if items.count > 1 { throw failure("a printed number is the only answer of its question") }
      guard let (place, tolerance) = Self.printedNumber(item.text) else {
        throw failure(
          "expected value \"NAME\" within 5 %, or cell \"ROW\" \"COLUMN\" within 0.5, after '- [=] '", at: item.line)
      }
      return Quiz.Question(
        text: text, kind: .prediction(.init(place: place, tolerance: tolerance, explanation: explanation(item))))
    }
    if items.count != Quiz.answerCount {
      throw failure("the question has \(items.count) answers, not \(Quiz.answerCount)")
    }
    let right = items.indices.filter { items[$0].mark == "x" }
    guard right.count == 1, !items.contains(where: { $0.mark == "=" }) else {
      throw failure("the question has \(right.count) right answers, not 1")
    }
    let answers = items.map { Quiz.Answer(text: $0.text, explanation: explanation($0)) }
    return Quiz.Question(text: text, kind: .choice(answers, rightAnswer: right[0]))
  }

  /// `value "Loss" within 5 %`, `cell "row" "column" within 0.5`.
  private static func printedNumber(
    _ text: String
  ) -> (Quiz.PrintedNumber.Place, Quiz.PrintedNumber.Tolerance)? {
    guard let match = text.wholeMatch(of: /(value|cell) +"(.+?)"(?: +"(.+?)")? +within +([0-9.]+) *(%?)/),
      let width = Double(String(match.4)), width >= 0
    else { return nil }
    let tolerance: Quiz.PrintedNumber.Tolerance = match.5.isEmpty ? .absolute(width) : .relative(width / 100)
    switch (match.1, match.3) {
    case ("value", nil): return (.value(String(match.2)), tolerance)
    case ("cell", let column?): return (.cell(row: String(match.2), column: String(column)), tolerance)
    default: return nil
    }
  }
}

extension Quiz.PrintedNumber {
  /// The number as the lesson prints it: `85,806,346`, `93.90%`.
  ///
  /// - Throws: ``CourseError`` if the lesson prints no such number.
  public func text(in output: ExpectedOutput) throws -> String {
    let text =
      switch place {
      case .value(let name): try output.value(name)
      case .cell(let row, let column): try output.cell(row, column: column)
      }
    guard Self.number(text) != nil else { throw CourseError("\(output.file): '\(text)' is no number to predict") }
    return text
  }

  /// Whether a prediction comes near enough to the number as it is printed.
  public func accepts(_ prediction: Double, for text: String) -> Bool {
    guard let number = Self.number(text) else { return false }
    switch tolerance {
    // A little more, for the last digit of a decimal fraction.
    case .relative(let part): return abs(prediction - number) <= abs(number) * part * (1 + 1e-9)
    case .absolute(let width): return abs(prediction - number) <= width * (1 + 1e-9)
    }
  }

  /// `± 5 %` or `± 0.5`, in words.
  public var toleranceText: String {
    switch tolerance {
    case .relative(let part): "\(Self.short(part * 100)) % of it"
    case .absolute(let width): Self.short(width)
    }
  }

  private static func short(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : "\(number)"
  }

  /// A number as people and lessons write it: with commas between thousands, with a percent sign.
  static func number(_ text: some StringProtocol) -> Double? {
    let digits = text.filter { $0 != "," && $0 != "%" && !$0.isWhitespace }
    return Double(String(digits)).flatMap { $0.isFinite ? $0 : nil }
  }
}
