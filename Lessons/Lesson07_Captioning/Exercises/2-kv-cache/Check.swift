import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  /// A text, a layer, the rows that it gives token by token, and those of the engine for the whole text.
  struct Trial {
    let text: Tensor
    let layer: CachedAttention
    let rows: Tensor

    init() throws {
      let (count, width, head) = (Int.draw(in: 1...9), Int.draw(in: 2...8), Int.draw(in: 1...6))
      text = Tensor.randn([count, width])
      let projections = (0..<3).map { _ in Projection(Tensor.randn([width, head])) }
      var layer = CachedAttention(query: projections[0], key: projections[1], value: projections[2])
      var rows: [Tensor] = []
      for place in 0..<count {
        let row = layer.step(text.slice(place..<place + 1, dim: 0))
        try expectShape(row, [1, head], "the result of step \(place + 1)")
        rows.append(row)
      }
      self.layer = layer
      self.rows = Tensor.cat(rows, dim: 0)
    }

    func whole(isCausal: Bool) -> Tensor {
      let parts = [layer.query, layer.key, layer.value].map { projection in
        let part = text.matmul(projection.weight)
        return part.reshape(1, 1, part.shape[0], part.shape[1])
      }
      return Tensor.scaledDotProductAttention(
        query: parts[0], key: parts[1], value: parts[2], isCausal: isCausal
      ).reshape(rows.shape)
    }
  }

  static func check() throws {
    try property("Step t gives row t of the whole pass with a causal mask") {
      for _ in 0..<20 {
        let trial = try Trial()
        try expectEqual(trial.rows, trial.whole(isCausal: true), within: 1e-4, "the rows of all steps")
      }
    }
    try property("Each token is projected once") {
      for _ in 0..<10 {
        let trial = try Trial()
        for (name, projection) in [
          ("query", trial.layer.query), ("key", trial.layer.key), ("value", trial.layer.value),
        ] {
          let (count, tokens) = (projection.tokenCount, trial.text.shape[0])
          try expect(
            count == tokens,
            "for a text of \(tokens) tokens the \(name) projection was given \(count) tokens, not \(tokens): keep what "
              + "it gave for the earlier ones")
        }
      }
    }
    try property("Without the causal mask the whole pass gives other rows") {
      var trial = try Trial()
      while trial.text.shape[0] < 3 { trial = try Trial() }
      try expectDifferent(trial.rows, trial.whole(isCausal: false), by: 1e-4, "the pass without a mask")
    }
  }
}
