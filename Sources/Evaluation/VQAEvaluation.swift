import Datasets
import Images
import Pretrained
import Support
import Tensors
import Tokenizers

/// How well a model answers questions about scenes that it has not learned from.
public struct VQAEvaluation {
  package let model: ViLTForQuestionAnswering
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
  ///   - scenes: for each question the scene that it is about; `nil` for an even gray picture.
  ///   - texts: the questions.
  public func logits(_ scenes: [Scene?], _ texts: [String]) throws -> Tensor {
    let size = model.configuration.imageSize
    let gray = Tensor.zeros([1, model.configuration.channelCount, size.height, size.width])
    return try noGrad {
      var parts: [Tensor] = []
      try inChunks(texts, of: Self.batchSize) { batch in
        let pixels = Tensor.cat(scenes[batch.indices].map { $0.map { Scene.tensor([$0]) } ?? gray }, dim: 0)
        let tokens = try TokenBatch(Array(batch), tokenizer)
        parts.append(model(tokens.ids, attentionMask: tokens.mask, pixels))
      }
      return .cat(parts, dim: 0)
    }
  }

  /// What the model answers to these texts about these scenes; `nil` stands for an even gray picture.
  public func answers(_ scenes: [Scene?], _ texts: [String]) throws -> [String] {
    model.answers(try logits(scenes, texts))
  }

  /// What the model answers.
  ///
  /// - Parameter isBlind: whether its input is an even gray instead of each question's scene.
  public func answers(_ questions: [SceneQuestion], isBlind: Bool = false) throws -> [String] {
    try answers(questions.map { isBlind ? nil : $0.scene }, questions.map(\.text))
  }
}
