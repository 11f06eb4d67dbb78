import Datasets
import Images
import Pretrained
import Tensors
import Tokenizers

/// How well a model answers questions about scenes that it has not learned from.
public struct VQAEvaluation {
  private let model: ViLTForQuestionAnswering
  private let tokenizer: any Tokenizer

  /// How many questions of each part are asked.
  public static let questionCount = 1000

  /// Questions that go through the model at a time.
  private static let batchSize = 50

  /// An evaluation of a model with its tokenizer.
  public init(model: ViLTForQuestionAnswering, tokenizer: any Tokenizer) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// The model's scores of all answers, `[questions, A]`.
  ///
  /// - Parameters:
  ///   - scenes: for each question what it is about; `nil` shows the model an even gray.
  ///   - texts: the questions.
  public func logits(_ scenes: [Scene?], _ texts: [String]) throws -> Tensor {
    let size = model.configuration.imageSize
    let gray = Tensor.zeros([1, model.configuration.channelCount, size.height, size.width])
    return try noGrad {
      .cat(
        try stride(from: 0, to: texts.count, by: Self.batchSize).map { start in
          let batch = start..<min(start + Self.batchSize, texts.count)
          let pixels = Tensor.cat(scenes[batch].map { $0.map { Scene.tensor([$0]) } ?? gray }, dim: 0)
          return try QuestionBatch(Array(texts[batch]), tokenizer).logits(model, pixels)
        }, dim: 0)
    }
  }

  /// What the model answers to these texts about these scenes; `nil` shows it an even gray.
  public func answers(_ scenes: [Scene?], _ texts: [String]) throws -> [String] {
    model.answers(try logits(scenes, texts))
  }

  /// What the model answers.
  ///
  /// - Parameter isBlind: whether it sees an even gray instead of each question's scene.
  public func answers(_ questions: [SceneQuestion], isBlind: Bool = false) throws -> [String] {
    try answers(questions.map { isBlind ? nil : $0.scene }, questions.map(\.text))
  }

  /// The share of right answers to held-out questions about relations, 0 to 1.
  func relationAccuracy() throws -> Double {
    let scenes = Scenes(split: .heldOut, seed: 1)
    let questions = (0..<Self.questionCount).map { scenes.question(at: $0, type: .relation) }
    return questions.accuracy(of: try answers(questions))
  }

  /// Right answers on held-out scenes and wordings, and from the question alone.
  func report() throws -> TrainingReport {
    var report = TrainingReport()
    report.add("parameters", "\(model.parameterCount)")
    let prior = QuestionPrior(Scenes(split: .training), count: 20_000)
    for (split, wordings) in [
      (SceneSplit.heldOut, SceneWordings.training), (.heldOutCombinations, .training), (.heldOut, .heldOut),
    ] {
      let scenes = Scenes(split: split, wordings: wordings, seed: 1)
      let questions = (0..<Self.questionCount).map { scenes.question(at: $0) }
      let name = wordings == .heldOut ? "\(split), new wordings" : "\(split)"
      let answers = try answers(questions)
      report.add(share: questions.accuracy(of: answers), "right answers, \(name)")
      for type in SceneQuestionType.allCases {
        report.add(share: questions.accuracy(of: answers, type: type), "  \(type)")
      }
      report.add(share: questions.accuracy(of: questions.map(prior.answer)), "  from the question alone")
    }
    return report
  }
}

extension [SceneQuestion] {
  /// The share of right answers, 0 to 1.
  ///
  /// - Parameter type: only questions of this type count; all by default.
  public func accuracy(of answers: [String], type: SceneQuestionType? = nil) -> Double {
    let counted = zip(self, answers).filter { type == nil || $0.0.type == type }
    return counted.isEmpty ? 0 : Double(counted.count { $0.answer == $1 }) / Double(counted.count)
  }
}
