import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("It is clipLoss where each text is true of its own picture only") {
      for n in 2...6 {
        let scores = 3 * Tensor.randn([n, n])
        try expectEqual(
          sharedLoss(scores, matches(Array(0..<n))).item, clipLoss(scores).item, within: 1e-5, "\(n) different texts")
      }
    }
    try property("It is clipLoss where equal texts have equal vectors") {
      for _ in 0..<5 {
        let groups = drawnGroups()
        let vectors = Tensor.randn([4, 5]).l2Normalized().indexSelect(groups)
        let pictures = Tensor.randn([4, 5]).l2Normalized().indexSelect(groups)
        let scores = 10 * pictures.matmul(vectors.T)
        try expectEqual(
          sharedLoss(scores, matches(groups)).item, clipLoss(scores).item, within: 1e-4, "texts \(groups)")
      }
    }
    try property("The least loss is the mean of ln k, k being how many texts are true") {
      for _ in 0..<5 {
        let groups = drawnGroups()
        let isTrue = matches(groups)
        let perfect = Tensor(isTrue.map { row in row.map { $0 ? Float(60) : 0 } })
        let counts = groups.map { one in Float(groups.count { $0 == one }) }
        let least = Tensor(counts).log().mean().item
        try expectEqual(
          sharedLoss(perfect, isTrue).item, least, within: 1e-4, "texts \(groups), true pairs 60 ahead of all others")
        let other = sharedLoss(perfect + 2 * Tensor.randn(perfect.shape), isTrue).item
        try expect(other > least - 1e-4, "other scores have the loss \(other), less than the least, \(least)")
      }
    }
    try property("It is the engine's contrastiveLoss, also where different texts are true of a picture") {
      for _ in 0..<10 {
        let n = Int.draw(in: 2...6)
        let isTrue = (0..<n).map { row in (0..<n).map { $0 == row || Int.draw(in: 0...3) == 0 } }
        let scores = 2 * Tensor.randn([n, n])
        try expectEqual(
          sharedLoss(scores, isTrue).item, contrastiveLoss(scores, matches: isTrue.flatMap { $0 }).item, within: 1e-5,
          "\(n) × \(n) scores; rows are divided by the sums of rows, columns by those of columns")
      }
    }
    try property("The gradient pushes no true pair down where all true pairs are equal") {
      let groups = [0, 0, 1, 2]
      let scores = Tensor.zeros([4, 4]).requiringGrad()
      sharedLoss(scores, matches(groups)).backward()
      let slope = scores.grad?.scalars ?? []
      let isTrue = matches(groups).flatMap { $0 }
      try expect(
        slope.count == 16 && zip(slope, isTrue).allSatisfy { $0 < 0 || !$1 },
        "at equal scores the gradient of a true pair is \(zip(slope, isTrue).filter { $1 }.map(\.0).max() ?? .nan)")
    }
  }

  /// Texts as numbers of groups; equal numbers are equal texts.
  private static func drawnGroups() -> [Int] { (0..<6).map { _ in Int.draw(in: 0...3) } }

  private static func matches(_ groups: [Int]) -> [[Bool]] { groups.map { one in groups.map { $0 == one } } }
}
