import Exercises
import Pretrained
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("The mask is a square of ones and zeros, with a place for each query and word") {
      for mask in QFormerMask.allCases {
        let (queries, words) = (Int.draw(in: 1...4), Int.draw(in: 2...5))
        let pattern = visible(mask, queries: queries, words: words, real: Int.draw(in: 1...words))
        try expectShape(
          pattern, [queries + words, queries + words], "visible of \(mask) with \(queries) queries and \(words) words")
        try expect(pattern.scalars.allSatisfy { $0 == 0 || $0 == 1 }, "\(mask): there are other numbers than 0 and 1")
      }
    }
    try property("Unimodal: nothing of a text reaches a query, and nothing of a picture reaches a word") {
      try compare(.unimodal) { _, isQuery, _, otherIsQuery in isQuery == otherIsQuery }
    }
    try property("Multimodal causal: words have the queries and earlier words, queries have no word") {
      try compare(.multimodalCausal) { token, isQuery, other, otherIsQuery in
        isQuery ? otherIsQuery : (otherIsQuery || other <= token)
      }
    }
    try property("Bidirectional: every output depends on every input that is no padding") {
      try compare(.bidirectional) { _, _, _, _ in true }
    }
  }

  /// Compares which outputs depend on which inputs with what should be, on random sizes.
  private static func compare(
    _ mask: QFormerMask, with wanted: (_ token: Int, _ isQuery: Bool, _ other: Int, _ otherIsQuery: Bool) -> Bool
  ) throws {
    for _ in 0..<3 {
      let (queries, words) = (Int.draw(in: 1...4), Int.draw(in: 2...5))
      let real = Int.draw(in: 1...words)
      let pattern = visible(mask, queries: queries, words: words, real: real)
      func name(_ token: Int) -> String {
        if token < queries { return "query \(token + 1)" }
        return token < queries + real ? "word \(token - queries + 1)" : "padding \(token - queries - real + 1)"
      }
      for token in 0..<queries + words {
        let reached = inputsReached(by: token, pattern)
        for other in 0..<queries + words {
          // Its own input reaches a token past the attention, over the shortcut.
          let isOpen = other == token || other < queries + real
          let should = isOpen && wanted(token, token < queries, other, other < queries)
          try expect(
            reached[other] == should,
            should
              ? "\(mask): the output of \(name(token)) does not depend on \(name(other)), but it should"
              : "\(mask): the output of \(name(token)) depends on \(name(other)), which it must not see")
        }
      }
    }
  }

  /// Which inputs have a gradient from the output of a token, behind two layers of attention.
  private static func inputsReached(by token: Int, _ pattern: Tensor) -> [Bool] {
    let x = Tensor.randn([pattern.shape[0], 6]).requiringGrad()
    let added = Tensor.attentionMask(visible: pattern)
    func layer(_ x: Tensor) -> Tensor { x + (x.matmul(x.T) + added).softmax(dim: 1).matmul(x) }
    layer(layer(x))[token].sum().backward()
    let gradient = (x.grad ?? .zeros(x.shape)).abs().sum(dim: 1)
    return gradient.scalars.map { $0 > 0 }
  }
}
