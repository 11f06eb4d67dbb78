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

  /// A row of a table for a type of question, or for all: how many pairs; the shares of those with at least one right
  /// answer, with two, and with two that are given from the question alone.
  func row(_ type: SceneQuestionType?, _ prior: QuestionPrior) -> [Cell] {
    let asked = pairs.indices.filter { type == nil || pairs[$0].original.type == type }
    let right = asked.map { index in
      (answers[index] == pairs[index].original.answer, changedAnswers[index] == pairs[index].changed.answer)
    }
    let guessed = asked.count { index in
      [pairs[index].original, pairs[index].changed].allSatisfy { prior.answer($0) == $0.answer }
    }
    return [.text(type.map { "\($0)" } ?? "all"), .integer(asked.count)]
      + [right.count { $0 || $1 }, right.count { $0 && $1 }, guessed].map {
        .percent(Double($0) / Double(asked.count), decimals: 1)
      }
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

extension SceneQuestion {
  /// The thing that a question about a color or a shape is about.
  var subject: SceneObject? {
    switch query {
    case .color(let shape): scene.objects.first { $0.shape == shape }
    case .shape(let color): scene.objects.first { $0.color == color }
    default: nil
    }
  }

  /// The scene without its `index`-th thing; `nil` if nothing would be left.
  func scene(without thing: SceneObject) -> Scene? { Scene(scene.objects.filter { $0 != thing }) }

  /// A question about a relation with its two things exchanged, and the answer to that.
  var exchanged: (text: String, answer: String)? {
    guard case .relation(let relation, let first, let second) = query else { return nil }
    let other = SceneQuery.relation(relation, second, first)
    let wording = query.texts(.training).firstIndex(of: text) ?? 0
    return other.answer(for: scene).map { (other.texts(.training)[wording], $0) }
  }
}
