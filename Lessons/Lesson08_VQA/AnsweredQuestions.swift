import Datasets
import Evaluation
import Notebook
import Tensors
import Training

/// Lists of new questions, and what several methods answer.
struct AnsweredQuestions {
  /// One list for each seed.
  let lists: [[SceneQuestion]]
  /// What the model answers, and what it answers when it sees an even gray.
  let answers, blindAnswers: [[String]]

  /// Asks so many questions from each seed.
  init(
    _ evaluation: VQAEvaluation, _ split: SceneSplit, _ wordings: SceneWordings = .training, seeds: [Int], count: Int
  ) {
    lists = seeds.map { seed in
      let scenes = Scenes(split: split, wordings: wordings, seed: seed)
      return (0..<count).map { scenes.question(at: $0) }
    }
    answers = Notebook.require(try lists.map { try evaluation.answers($0) })
    blindAnswers = Notebook.require(try lists.map { try evaluation.answers($0, isBlind: true) })
  }

  /// All questions.
  var questions: [SceneQuestion] { lists.flatMap { $0 } }

  /// The share of right answers, 0 to 1.
  var accuracy: Double { questions.accuracy(of: answers.flatMap { $0 }) }

  /// The share of right answers to a type of question, 0 to 1.
  func accuracy(of type: SceneQuestionType) -> Double { questions.accuracy(of: answers.flatMap { $0 }, type: type) }

  /// A row for a type of question, or for all.
  func row(_ type: SceneQuestionType?, _ prior: QuestionPrior) -> [Cell] {
    let asked = questions
    let methods = [
      asked.map { prior.majority($0.type) }, asked.map(prior.answer), blindAnswers.flatMap { $0 },
      answers.flatMap { $0 },
    ]
    return [.text(type.map { "\($0)" } ?? "all"), .integer(asked.count { type == nil || $0.type == type })]
      + methods.map { .percent(asked.accuracy(of: $0, type: type), decimals: 1) }
  }

  /// The model's and the question-only score in one row.
  func summary(_ name: String, _ prior: QuestionPrior) -> [Cell] {
    let asked = questions
    let each = zip(lists, answers).map { Format.percent($0.accuracy(of: $1), decimals: 1) }.joined(separator: "  ")
    return [
      .text(name), .percent(asked.accuracy(of: asked.map(prior.answer)), decimals: 1),
      .percent(accuracy, decimals: 1), .text(each),
    ]
  }
}

/// Pairs of pictures for one question each, and what the model answers.
struct AnsweredPairs {
  /// The question about both pictures.
  let pairs: [SceneCounterfactual]
  /// What the model answers about the first picture, and about the changed one.
  let answers, changedAnswers: [String]

  /// Asks about all pairs.
  init(_ evaluation: VQAEvaluation, _ pairs: [SceneCounterfactual]) {
    self.pairs = pairs
    answers = Notebook.require(try evaluation.answers(pairs.map(\.original)))
    changedAnswers = Notebook.require(try evaluation.answers(pairs.map(\.changed)))
  }

  /// Whether both answers about a pair are right.
  func isRight(_ index: Int) -> Bool {
    answers[index] == pairs[index].original.answer && changedAnswers[index] == pairs[index].changed.answer
  }

  /// The share of pairs of a type with two right answers, 0 to 1.
  func bothRight(_ type: SceneQuestionType) -> Double {
    let asked = pairs.indices.filter { pairs[$0].original.type == type }
    return Double(asked.count(where: isRight)) / Double(asked.count)
  }

  /// A row of a table for a type of question, or for all: how many pairs; the shares of those with at least one right
  /// answer, with two, with two from the question alone, and with two of another method.
  func row(_ type: SceneQuestionType?, _ prior: QuestionPrior, _ other: (SceneQuestion) -> String) -> [Cell] {
    let asked = pairs.indices.filter { type == nil || pairs[$0].original.type == type }
    let oneRight = asked.count {
      answers[$0] == pairs[$0].original.answer || changedAnswers[$0] == pairs[$0].changed.answer
    }
    func bothRight(_ answer: (SceneQuestion) -> String) -> Int {
      asked.count { index in
        [pairs[index].original, pairs[index].changed].allSatisfy { answer($0) == $0.answer }
      }
    }
    let counts = [oneRight, asked.count(where: isRight), bothRight(prior.answer), bothRight(other)]
    return [.text(type.map { "\($0)" } ?? "all"), .integer(asked.count)]
      + counts.map { .percent(Double($0) / Double(asked.count), decimals: 1) }
  }

  /// A row of a table: a pair's question, and both right answers, each with the model's.
  func example(_ index: Int) -> [Cell] {
    let pair = pairs[index]
    return [
      .text(pair.original.text), .text(pair.original.answer), .text(answers[index]), .text(pair.changed.answer),
      .text(changedAnswers[index]),
    ]
  }
}

/// Rows of a table: the probability of each color for a question, and of all other answers, in each of some looks.
///
/// - Parameters:
///   - looks: probabilities of the answers, `[looks, A]`.
///   - answers: the answers' names.
func colorRows(_ looks: Tensor, _ answers: [String]) -> [[Cell]] {
  func row(_ name: String, _ counts: [Bool]) -> [Cell] {
    let mask = Tensor(counts.map { $0 ? 1 : 0 })
    return [.text(name)] + looks.matmul(mask).scalars.map { .percent($0, decimals: 1) }
  }
  let colors = SceneColor.allCases.map(\.description)
  return colors.map { color in row(color, answers.map { $0 == color }) }
    + [row("not a color", answers.map { !colors.contains($0) })]
}

/// A question about a relation with its two things exchanged.
struct ExchangedQuestion {
  /// The question as it was asked.
  let question: SceneQuestion
  /// The words with the two things at each other's places.
  let text: String
  /// The right answer to those.
  let answer: String

  /// `nil` for a question about something else.
  init?(_ question: SceneQuestion) {
    guard case .relation(let relation, let first, let second) = question.query else { return nil }
    let exchanged = SceneQuery.relation(relation, second, first)
    guard let answer = exchanged.answer(for: question.scene) else { return nil }
    let wording = question.query.texts(.training).firstIndex(of: question.text) ?? 0
    (self.question, text, self.answer) = (question, exchanged.texts(.training)[wording], answer)
  }
}
