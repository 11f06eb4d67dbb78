import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func loss(_ angles: Tensor) -> Float { clipLoss(cosineTable(pictures: angles, texts: angles)).item }

  static func check() throws {
    try property("All vectors have length 1") {
      let vectors = unitVectors(3 * Tensor.randn([7]))
      try expectShape(vectors, [7, 2], "unitVectors of 7 angles")
      try expectEqual((vectors * vectors).sum(dim: 1), .ones([7]), within: 1e-5, "their squared lengths")
    }
    try property("The angle 0 points to the right, a quarter turn upwards") {
      let found = unitVectors(Tensor([0, Float.pi / 2]))
      try expectEqual(found, Tensor([[1, 0], [0, 1]]), within: 1e-5, "the vectors of 0 and π/2")
    }
    try property("The table holds the cosines of the differences of the angles") {
      for _ in 0..<5 {
        let (n, m) = (Int.draw(in: 1...5), Int.draw(in: 1...5))
        let (pictures, texts) = (3 * Tensor.randn([n]), 3 * Tensor.randn([m]))
        let found = cosineTable(pictures: pictures, texts: texts)
        try expectShape(found, [n, m], "the table of \(n) pictures and \(m) texts")
        let expected = (pictures.reshape(n, 1) - texts.reshape(1, m)).cos()
        try expectEqual(found, expected, within: 1e-5, "picture (row) and text (column)")
      }
    }
    try property("Turning the whole circle changes no cosine") {
      let (pictures, texts, turn) = (Tensor.randn([4]), Tensor.randn([4]), Float.draw(in: -3...3))
      try expectEqual(
        cosineTable(pictures: pictures + turn, texts: texts + turn), cosineTable(pictures: pictures, texts: texts),
        within: 1e-5, "all angles turned by \(turn)")
    }
    try property("No random arrangement has a lower loss than bestAngles") {
      for count in 2...6 {
        let best = bestAngles(count: count)
        try expectShape(best, [count], "bestAngles of \(count) pairs")
        let ours = loss(best)
        for _ in 0..<40 {
          let other = loss(2 * Float.pi * Tensor.rand([count]))
          try expect(ours <= other + 1e-4, "\(count) pairs: your loss is \(ours), a random arrangement has \(other)")
        }
      }
    }
    try property("No small change of bestAngles lowers the loss") {
      for count in 2...6 {
        let best = bestAngles(count: count)
        let ours = loss(best)
        for _ in 0..<20 {
          let other = loss(best + 0.1 * Tensor.randn([count]))
          try expect(ours <= other + 1e-4, "\(count) pairs: your loss is \(ours), a small change gives \(other)")
        }
      }
    }
  }
}
