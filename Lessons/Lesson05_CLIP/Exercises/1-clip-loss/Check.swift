import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("Equal scores have the loss ln N") {
      for n in 1...8 {
        let value = contrastive(.full([n, n], Float.draw(in: -3...3))).item
        try expectEqual(value, Tensor(Float(n)).log().item, within: 1e-5, "the loss of \(n) × \(n) equal scores")
      }
    }
    try property("Pictures and texts are treated alike: the transposed matrix has the same loss") {
      for _ in 0..<10 {
        let scores = drawn()
        try expectEqual(
          contrastive(scores).item, contrastive(scores.T).item, within: 1e-5,
          "the loss of a matrix and of its transpose; a loss of the rows alone asks in one direction only")
      }
    }
    try property("The order of the pairs does not count") {
      for _ in 0..<10 {
        let scores = drawn()
        let order = Array(0..<scores.shape[0]).shuffledByDraw()
        let permuted = scores.indexSelect(order, dim: 0).indexSelect(order, dim: 1)
        try expectEqual(
          contrastive(permuted).item, contrastive(scores).item, within: 1e-5, "rows and columns in another order")
      }
    }
    try property("A constant added to all scores changes nothing, and large scores stay finite") {
      for constant in [Float(-50), 3, 200] {
        let scores = drawn()
        try expectEqual(
          contrastive(scores + constant).item, contrastive(scores).item, within: 1e-3,
          "the loss after \(constant) is added; NaN or infinity means that an exponential overflows")
      }
    }
    try property("The gradient sums to zero") {
      for _ in 0..<5 {
        let scores = drawn().requiringGrad()
        contrastive(scores).backward()
        let sum = scores.grad?.sum().item ?? .nan
        try expect(abs(sum) < 1e-5, "the gradient of \(scores.shape) scores sums to \(sum)")
      }
    }
    try property("It is the engine's clipLoss") {
      for _ in 0..<10 {
        let scores = drawn()
        try expectEqual(contrastive(scores).item, clipLoss(scores).item, within: 1e-5, "contrastive and clipLoss")
      }
    }
  }

  private static func drawn() -> Tensor {
    let n = Int.draw(in: 3...7)
    return Float.draw(in: 0.5...6) * Tensor.randn([n, n])
  }
}
