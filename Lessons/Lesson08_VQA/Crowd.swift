import Datasets
import Evaluation
import Layers
import Notebook
import Tensors

/// People who answer questions about scenes, each rightly with a certain probability.
struct Crowd {
  /// The probability that one of them gives the true answer.
  let reliability: Double
  /// How many answer each question.
  let count: Int

  /// The answers that each of them gives: for each question a list of the answers' classes.
  private func answers(_ questions: [SceneQuestion], seed: Int) -> [[Int]] {
    let generator = Generator(seed: seed)
    return questions.map { question in
      let wrong = Self.possible(question.type).filter { $0 != question.answerIndex }
      return (0..<count).map { _ in
        generator.nextUnitDouble() < reliability
          ? question.answerIndex : wrong[generator.integer(in: 0..<wrong.count)]
      }
    }
  }

  /// How many of them give each answer: a row of 18 counts for each question.
  func votes(_ questions: [SceneQuestion], seed: Int) -> [[Int]] {
    answers(questions, seed: seed).map { given in
      SceneQuery.answers.indices.map { answer in given.count { $0 == answer } }
    }
  }

  /// What the first of them answers to each question.
  func firstAnswers(_ questions: [SceneQuestion], seed: Int) -> [Int] { answers(questions, seed: seed).map { $0[0] } }

  /// The classes that can be answers to a type of question.
  private static func possible(_ type: SceneQuestionType) -> Range<Int> {
    switch type {
    case .color: 0..<6
    case .shape: 6..<12
    case .count: 12..<16
    case .existence, .relation: 16..<18
    }
  }

  /// A row of a table: the VQA score and the share of true answers of some heads, with the mean and each.
  func row(
    _ name: String, _ heads: [Sequential], _ pooled: Tensor, _ questions: [SceneQuestion], _ judges: [[Int]]
  ) -> [Cell] {
    let given = heads.map { head in noGrad { head(pooled) }.argmax(dim: 1).scalars }
    return row(name, given, questions, judges)
  }

  /// The same row for one more person of the crowd.
  func humanRow(_ name: String, _ questions: [SceneQuestion], _ judges: [[Int]]) -> [Cell] {
    row(name, [firstAnswers(questions, seed: 1_000_000)], questions, judges)
  }

  private func row(_ name: String, _ given: [[Int]], _ questions: [SceneQuestion], _ judges: [[Int]]) -> [Cell] {
    let scores = given.map { answers in
      mean(zip(answers, judges).map { simpleScore($1[$0]) })
    }
    let truths = given.map { answers in
      Double(zip(answers, questions).count { $0 == $1.answerIndex }) / Double(questions.count)
    }
    return [.text(name), .percent(mean(scores), decimals: 1), .percent(mean(truths), decimals: 1)]
  }
}
