import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("There are as many outputs as queries, for any number of tokens") {
      for _ in 0..<5 {
        let (queries, tokens, width) = (Int.draw(in: 1...5), Int.draw(in: 1...20), Int.draw(in: 2...6))
        try expectShape(
          gather(.randn([queries, width]), from: .randn([tokens, width])), [queries, width],
          "gather of \(queries) queries from \(tokens) tokens")
      }
    }
    try property("Each output is the weighted mean, computed number by number") {
      for _ in 0..<5 {
        let (q, s, d) = (Int.draw(in: 1...4), Int.draw(in: 2...6), Int.draw(in: 2...5))
        let (queries, tokens) = (Tensor.randn([q, d]), Tensor.randn([s, d]))
        try expectEqual(
          gather(queries, from: tokens), oneByOne(queries, tokens), within: 1e-4,
          "what is gathered; the weights are softmax(q · kᵀ / √D) along the tokens")
      }
    }
    try property("A query that fits one token far better than the rest gets that token") {
      let tokens = Tensor.eye(4)
      let queries = Tensor.eye(4).indexSelect(Array(0..<4).shuffledByDraw()) * 200
      try expectEqual(gather(queries, from: tokens), queries / 200, within: 1e-4, "what is gathered")
    }
    try property("Tokens in another order, or each of them twice, change nothing") {
      let (queries, tokens) = (Tensor.randn([3, 4]), Tensor.randn([6, 4]))
      let gathered = gather(queries, from: tokens)
      try expectEqual(
        gather(queries, from: tokens.indexSelect(Array(0..<6).shuffledByDraw())), gathered, within: 1e-5,
        "what is gathered from the same tokens in another order")
      try expectEqual(
        gather(queries, from: .cat([tokens, tokens])), gathered, within: 1e-5,
        "what is gathered if each token is there twice")
    }
  }

  private static func oneByOne(_ queries: Tensor, _ tokens: Tensor) -> Tensor {
    func numbers(_ rows: Tensor) -> [[Float]] { (0..<rows.shape[0]).map { rows[$0].scalars } }
    let (keys, width) = (numbers(tokens), queries.shape[1])
    let rows = numbers(queries).map { query -> [Float] in
      let scores = keys.map { key in zip(query, key).reduce(Float(0)) { $0 + $1.0 * $1.1 } / Float(width).squareRoot() }
      let weights = Tensor(scores).exp().scalars
      let sum = weights.reduce(0, +)
      return (0..<width).map { column in zip(weights, keys).reduce(Float(0)) { $0 + $1.0 / sum * $1.1[column] } }
    }
    return Tensor(rows)
  }
}
