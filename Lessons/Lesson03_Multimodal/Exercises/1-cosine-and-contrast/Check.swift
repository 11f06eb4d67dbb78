import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("The cosine does not depend on the lengths") {
      for _ in 0..<20 {
        let size = Int.draw(in: 1...9)
        let (a, b, factor) = (Tensor.randn([size]), Tensor.randn([size]), Float.draw(in: 0.1...10))
        try expectEqual(
          cosine(factor * a, b), cosine(a, b), within: 1e-5, "the cosine after a became \(factor) times as long")
      }
    }
    try property("It is the same both ways, from -1 to 1, and turns with a vector") {
      for _ in 0..<20 {
        let size = Int.draw(in: 1...9)
        let (a, b) = (Tensor.randn([size]), Tensor.randn([size]))
        let value = cosine(a, b)
        try expectEqual(cosine(b, a), value, within: 1e-6, "the cosine of b and a")
        try expect(abs(value) <= 1 + 1e-5, "the cosine of \(a.scalars) and \(b.scalars) is \(value), outside of -1...1")
        try expectEqual(cosine(-a, b), -value, within: 1e-6, "the cosine after a was turned around")
        try expectEqual(cosine(a, a), 1, within: 1e-5, "the cosine of a vector with itself")
      }
    }
    try property("A vector of zeros has the cosine 0 with anything") {
      try expectEqual(cosine(.zeros([4]), Tensor.randn([4])), 0, within: 0, "the cosine of zeros and a vector")
    }
    try property("Without bias, half the ink has the same cosine") {
      for _ in 0..<20 {
        let found = contrastCosines(
          picture: Tensor.rand([12]), caption: Tensor.randn([5]), weight: Tensor.randn([5, 12]), bias: nil)
        try expectEqual(found.half, found.full, within: 1e-5, "half the ink, beside the full picture")
      }
    }
    try property("A bias counts: the full picture's cosine is that of weight · picture + bias") {
      let (picture, caption) = (Tensor.rand([12]), Tensor.randn([5]))
      let (weight, bias) = (Tensor.randn([5, 12]), Tensor.randn([5]))
      let vector = picture.unsqueeze(0).linear(weight: weight, bias: bias)
      let expected = (vector.l2Normalized() * caption.l2Normalized()).sum().item
      let found = contrastCosines(picture: picture, caption: caption, weight: weight, bias: bias)
      try expectEqual(found.full, expected, within: 1e-5, "the full picture")
    }
    try property("With a bias, half the ink has another cosine") {
      var changed = 0
      for _ in 0..<20 {
        let found = contrastCosines(
          picture: Tensor.rand([12]), caption: Tensor.randn([5]), weight: Tensor.randn([5, 12]), bias: Tensor.randn([5])
        )
        if abs(found.full - found.half) > 1e-4 { changed += 1 }
      }
      try expect(
        changed >= 18, "in \(changed) of 20 random cases the cosine changed; is the picture halved before the map?")
    }
  }
}
