import Checkpoints
import Datasets
import Exercises
import Pretrained
import Tensors
import Training

@main enum Check: ExerciseCheck {
  static func check() throws {
    let open = try OpenViLT()
    let scenes = Scenes(split: .heldOut, seed: 3)
    let questions = (0..<60).map { scenes.question(at: $0, type: .relation) }
    func order(_ count: Int) -> [Int] { [0] + Array(1..<count).shuffledByDraw() }
    func plain(_ question: SceneQuestion) -> Tensor {
      noGrad {
        open.vilt.model(IntTensor([open.vilt.tokenizer.encode(question.text).ids]), Scene.tensor([question.scene]))
      }
    }
    func shuffled(
      _ question: SceneQuestion, _ order: [Int], _ shuffle: ([Int], [Int]) -> (ids: [Int], places: [Int])
    ) -> Tensor {
      let (ids, places) = shuffle(open.vilt.tokenizer.encode(question.text).ids, order)
      return noGrad { open.scores(ids, places, question.scene) }
    }

    try property("Both return as many words and places as they got, and [CLS] first") {
      for _ in 0..<5 {
        let ids = [2] + (0..<Int.draw(in: 2...9)).map { _ in Int.draw(in: 5...140) }
        let order = order(ids.count)
        for (ids, places, given) in [shuffledTogether(ids, by: order), shuffledAlone(ids, by: order)].map({
          ($0.ids, $0.places, ids)
        }) {
          try expectEqual(ids.count, given.count, "the number of words")
          try expectEqual(places.sorted(), Array(given.indices), "the places, sorted: each is used once")
          try expectEqual(ids.sorted(), given.sorted(), "the words, sorted: no word is lost or doubled")
          try expectEqual(ids[0], 2, "the first word: [CLS] has the number 2 and stays first")
        }
      }
    }
    try property("Shuffled with their places, the words give the same scores") {
      for question in questions.prefix(10) {
        let count = open.vilt.tokenizer.encode(question.text).ids.count
        try expectEqual(
          shuffled(question, order(count), { shuffledTogether($0, by: $1) }), plain(question), within: 1e-3,
          "the scores; the word that was at place 5 keeps the number 5")
      }
    }
    try property("Shuffled without their places, the words give other scores") {
      for question in questions.prefix(10) {
        let count = open.vilt.tokenizer.encode(question.text).ids.count
        try expectDifferent(
          shuffled(question, [0] + (1..<count).reversed(), { shuffledAlone($0, by: $1) }), plain(question), by: 0.01,
          "the scores of the reversed question; the words have to move")
      }
    }
    try property("Without their places, shuffled words leave little more than a guess about relations") {
      var (together, alone) = (0, 0)
      for question in questions {
        let order = order(open.vilt.tokenizer.encode(question.text).ids.count)
        let answers = [
          shuffled(question, order, { shuffledTogether($0, by: $1) }),
          shuffled(question, order, { shuffledAlone($0, by: $1) }),
        ].map { open.vilt.answers($0)[0] }
        if answers[0] == question.answer { together += 1 }
        if answers[1] == question.answer { alone += 1 }
      }
      try expect(together >= 54, "with their places \(together) of 60 are right; expected are at least 54")
      try expect(alone <= 45, "without their places \(alone) of 60 are right; expected are at most 45")
    }
  }
}

/// The shipped ViLT from the tensors of its file, so that its input and its masks can be changed.
struct OpenViLT {
  let vilt: QuestionAnswering
  private let tensors: [String: Tensor]

  init() throws {
    let folder = try ShippedCheckpoint.vqa.directory
    vilt = try QuestionAnswering(directory: folder)
    let checkpoint = try Checkpoint(path: "\(folder)/model.safetensors")
    var tensors: [String: Tensor] = [:]
    for name in checkpoint.names { tensors[name] = try checkpoint.tensor(name) }
    self.tensors = tensors
  }

  func weight(_ name: String) -> Tensor { tensors[name] ?? Tensor.zeros([1]) }

  func norm(_ x: Tensor, _ name: String, epsilon: Float = 1e-12) -> Tensor {
    x.layerNorm(weight: weight("\(name).weight"), bias: weight("\(name).bias"), epsilon: epsilon)
  }

  func linear(_ x: Tensor, _ name: String) -> Tensor {
    x.linear(weight: weight("\(name).weight"), bias: weight("\(name).bias"))
  }

  /// One block with a mask that is added to the scores of attention: `[B, T, D]` to `[B, T, D]`.
  func block(_ x: Tensor, _ mask: Tensor, _ index: Int) -> Tensor {
    let name = "vilt.encoder.layer.\(index)"
    let normed = norm(x, "\(name).layernorm_before")
    let parts = ["query", "key", "value"].map {
      linear(normed, "\(name).attention.attention.\($0)").reshape(x.shape[0], x.shape[1], 5, 16).transpose(1, 2)
    }
    let scores = parts[0].matmul(parts[1].transpose(2, 3)) / 4 + mask  // [B, 5, T, T]
    let mixed = scores.softmax(dim: 3).matmul(parts[2]).transpose(1, 2).reshape(x.shape)
    let y = x + linear(mixed, "\(name).attention.output.dense")
    let inner = linear(norm(y, "\(name).layernorm_after"), "\(name).intermediate.dense").gelu()
    return y + linear(inner, "\(name).output.dense")
  }

  /// Scores of the answers, `[B, T, D]` to `[B, 18]`.
  func head(_ states: Tensor) -> Tensor {
    let pooled = linear(norm(states, "vilt.layernorm").select(0, dim: 1), "vilt.pooler.dense").tanh()
    return linear(norm(linear(pooled, "classifier.0"), "classifier.1", epsilon: 1e-5).gelu(), "classifier.3")
  }
}

extension OpenViLT {
  /// Scores for words with any places, `[1, 18]`.
  func scores(_ ids: [Int], _ places: [Int], _ scene: Scene) -> Tensor {
    let text = "vilt.embeddings.text_embeddings"
    let rows =
      weight("\(text).word_embeddings.weight").indexSelect(ids)
      + weight("\(text).token_type_embeddings.weight")[0]
      + weight("\(text).position_embeddings.weight").indexSelect(places)
    let words = norm(rows, "\(text).LayerNorm") + weight("vilt.embeddings.token_type_embeddings.weight")[0]
    let picture = vilt.model.embeddedImages(Scene.tensor([scene])).tokens[0]
    let marked = picture + weight("vilt.embeddings.token_type_embeddings.weight")[1]
    let input = Tensor.cat([words, marked]).unsqueeze(0)
    return head((0..<6).reduce(input) { block($0, Tensor.zeros([1]), $1) })
  }
}
