import Datasets
import Support

/// Answers without the picture: to each question the answer that was right most often in training.
///
/// The accuracy of this baseline is what can be guessed from questions (Goyal et al. 2017, *Making the V in VQA
/// Matter*). A question that is not among those of the training gets the most frequent answer to its type.
public struct QuestionPrior: Sendable {
  private let byText: [String: String]
  private let byType: [SceneQuestionType: String]
  /// The most frequent answer of all.
  public let majority: String

  /// Counts the answers to the first questions about scenes.
  ///
  /// - Precondition: `count` is at least 1.
  public init(_ scenes: Scenes, count: Int) {
    if count <= 0 { reportMisuse("QuestionPrior", "a baseline is counted on at least one question, not \(count)") }
    let questions = (0..<count).map { scenes.question(at: $0) }
    byText = Dictionary(grouping: questions, by: \.text).mapValues(Self.mostFrequent)
    byType = Dictionary(grouping: questions, by: \.type).mapValues(Self.mostFrequent)
    majority = Self.mostFrequent(questions)
  }

  /// The answer that was most often right for this text, else for this type.
  public func answer(_ question: SceneQuestion) -> String {
    byText[question.text] ?? byType[question.type] ?? majority
  }

  /// The most frequent answer to a type of question.
  public func majority(_ type: SceneQuestionType) -> String { byType[type] ?? majority }

  /// The first one in the list of all answers on ties.
  private static func mostFrequent(_ questions: [SceneQuestion]) -> String {
    let counts = questions.reduce(into: [:]) { $0[$1.answer, default: 0] += 1 }
    let most = counts.values.max() ?? 0
    return SceneQuery.answers.first { counts[$0] == most } ?? SceneQuery.answers[0]
  }
}
