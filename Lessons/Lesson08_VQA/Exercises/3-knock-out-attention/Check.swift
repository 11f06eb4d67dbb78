import Checkpoints
import Datasets
import Exercises
import Pretrained
import Tensors
import Training

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("The mask is 0 for allowed tokens and very low for padding and forbidden ones") {
      for _ in 0..<10 {
        let (batch, count) = (Int.draw(in: 1...4), Int.draw(in: 3...9))
        let real = (0..<batch).map { _ in (0..<count).map { $0 == 0 ? 1 : Int.draw(in: 0...1) } }
        let forbidden = (0..<batch).map { _ in (1..<count).filter { _ in Bool.draw() } }
        let mask = knockOutMask(real, forbidden: forbidden)
        try expectShape(mask, [batch, 1, 1, count], "knockOutMask for \(batch) questions of \(count) tokens")
        for row in 0..<batch {
          for token in 0..<count {
            let value = mask.scalars[row * count + token]
            if forbidden[row].contains(token) {
              try expect(value <= -1e8, "the mask of forbidden token \(token) is \(value); expected is -1e9")
            } else if real[row][token] == 0 {
              try expect(value <= -1e8, "the mask of padding \(token) is \(value); expected is -1e9")
            } else {
              try expect(value == 0, "the mask of allowed token \(token) is \(value); expected is 0")
            }
          }
        }
      }
    }
    try property("Only the blocks in the range get the forbidden tokens") {
      for _ in 0..<10 {
        let first = Int.draw(in: 0...5)
        let layers = first..<Int.draw(in: first...6)
        var closed: [Int] = []
        let blocks = (0..<6).map { index -> (Tensor, Tensor) -> Tensor in
          { x, mask in
            if mask.scalars[1] < -1 { closed.append(index) }
            return x + 1
          }
        }
        let result = states(
          Tensor.zeros([1, 3, 2]), real: [[1, 1, 1]], forbidden: [[1]], in: layers, blocks: blocks)
        try expectEqual(closed, Array(layers), "the blocks that forbid the token, for the range \(layers)")
        try expectEqual(result, Tensor.full([1, 3, 2], 6), within: 0, "each of six blocks adds 1; all have to run")
      }
    }

    let open = try OpenViLT()
    let scenes = Scenes(split: .heldOut, seed: 5)
    let questions = (0..<260).map { scenes.question(at: $0, type: $0 % 2 == 0 ? .color : .shape) }
      .filter { $0.scene.objects.count > 1 }.prefix(100)
    let groups = lengths(questions, open)

    func right(in layers: Range<Int>, _ forbidden: (SceneQuestion, Int) -> [Int]) -> Double {
      let counts = groups.map { group in
        let ids = IntTensor(group.map { open.vilt.tokenizer.encode($0.text).ids })
        let input = noGrad { open.vilt.model.embedded(ids, Scene.tensor(group.map(\.scene))) }.tokens
        let real = group.map { _ in [Int](repeating: 1, count: input.shape[1]) }
        let result = noGrad {
          states(
            input, real: real, forbidden: group.map { forbidden($0, ids.shape[1]) }, in: layers,
            blocks: (0..<6).map { index in { x, mask in open.block(x, mask, index) } })
        }
        return zip(open.vilt.answers(noGrad { open.head(result) }), group).count { $0 == $1.answer }
      }
      return Double(counts.reduce(0, +)) / Double(questions.count)
    }
    /// The tokens of the asked thing's 2 × 2 patches.
    func own(_ question: SceneQuestion, _ words: Int) -> [Int] { patches(question).map { words + 1 + $0 } }

    try property("With nothing forbidden nearly all answers are right") {
      let share = right(in: 2..<4) { _, _ in [] }
      try expect(share >= 0.95, "the share of right answers is \(share); expected is at least 0.95")
    }
    try property("Without the asked thing's patches in layers 3 and 4 many answers are wrong") {
      let share = right(in: 2..<4, own)
      try expect(share <= 0.85, "the share of right answers is \(share); expected is at most 0.85")
    }
    try property("Without as many other patches nearly all stay right") {
      let share = right(in: 2..<4) { question, words in
        let free = (0..<16).filter { !patches(question).contains($0) }.shuffledByDraw()
        return free.prefix(patches(question).count).map { words + 1 + $0 }
      }
      try expect(share >= 0.9, "the share of right answers is \(share); expected is at least 0.9")
    }
    try property("Forbidden in all layers, the asked thing is as good as not there") {
      let share = right(in: 0..<6, own)
      try expect(share <= 0.4, "the share of right answers is \(share); expected is at most 0.4, near a guess")
    }
  }

  /// The patches that the asked thing's box touches.
  static func patches(_ question: SceneQuestion) -> [Int] {
    let thing = question.scene.objects.first { thing in
      switch question.query {
      case .color(let shape): thing.shape == shape
      case .shape(let color): thing.color == color
      default: false
      }
    }
    guard let thing else { return [] }
    func span(_ center: Int) -> ClosedRange<Int> {
      max(0, (center - thing.size.radius) / 16)...min(3, (center + thing.size.radius - 1) / 16)
    }
    return span(thing.centerY).flatMap { row in span(thing.centerX).map { row * 4 + $0 } }
  }

  /// The questions in groups of one length, which need no padding.
  static func lengths(_ questions: some Sequence<SceneQuestion>, _ open: OpenViLT) -> [[SceneQuestion]] {
    var groups: [(count: Int, members: [SceneQuestion])] = []
    for question in questions {
      let count = open.vilt.tokenizer.encode(question.text).ids.count
      if let index = groups.firstIndex(where: { $0.count == count }) {
        groups[index].members.append(question)
      } else {
        groups.append((count, [question]))
      }
    }
    return groups.map(\.members)
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
