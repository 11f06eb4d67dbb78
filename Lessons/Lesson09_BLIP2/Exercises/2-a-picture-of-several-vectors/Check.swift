import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("With one query it is CLIP's similarity, and CLIP's loss follows") {
      let (count, width) = (Int.draw(in: 2...5), Int.draw(in: 3...6))
      let (pictures, texts) = (Tensor.randn([count, width]), Tensor.randn([count, width]))
      let scores = similarities(queries: pictures.unsqueeze(1), texts: texts, scale: 5)
      try expectShape(scores, [count, count], "similarities of [\(count), 1, \(width)] and [\(count), \(width)]")
      let wanted = pictures.l2Normalized().matmul(texts.l2Normalized().T) * 5
      try expectEqual(scores, wanted, within: 1e-5, "the similarities; they are cosines times the scale")
      try expectEqual(clipLoss(scores), clipLoss(wanted), within: 1e-5, "CLIP's loss")
    }
    try property("With several it is the largest cosine, found one by one") {
      for _ in 0..<5 {
        let (n, q, m, e) = (Int.draw(in: 1...4), Int.draw(in: 2...5), Int.draw(in: 1...4), Int.draw(in: 2...5))
        let (queries, texts) = (Tensor.randn([n, q, e]), Tensor.randn([m, e]))
        let scores = similarities(queries: queries, texts: texts, scale: 2)
        try expectShape(scores, [n, m], "similarities of [\(n), \(q), \(e)] and [\(m), \(e)]")
        let best = (0..<n).flatMap { picture in
          (0..<m).map { text in
            2 * ((0..<q).map { cosine(queries[picture][$0].scalars, texts[text].scalars) }.max() ?? 0)
          }
        }
        try expectEqual(
          scores, Tensor(best, shape: [n, m]), within: 1e-4,
          "the similarities; take the cosine of each query with the text, and then the largest")
      }
    }
    try property("Another order of the queries changes nothing") {
      let (queries, texts) = (Tensor.randn([3, 5, 4]), Tensor.randn([3, 4]))
      let order = Array(0..<5).shuffledByDraw()
      try expectEqual(
        similarities(queries: queries.indexSelect(order, dim: 1), texts: texts, scale: 3),
        similarities(queries: queries, texts: texts, scale: 3), within: 1e-5, "the similarities in another order")
    }
    try property("A pair's gradient reaches one query of its picture and no other") {
      let queries = Tensor.randn([3, 4, 5]).requiringGrad()
      let scores = similarities(queries: queries, texts: .randn([3, 5]), scale: 1)
      scores[1][2].backward()
      let moved = (queries.grad ?? .zeros(queries.shape)).abs().sum(dim: 2).scalars.map { $0 > 0 }
      let (others, own) = (moved[0..<4].count { $0 } + moved[8..<12].count { $0 }, moved[4..<8].count { $0 })
      try expect(others == 0, "\(others) queries of other pictures have a gradient")
      try expect(
        own == 1, "\(own) queries of the pair's picture have a gradient; with a maximum it is the best one only")
    }
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
    func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}
