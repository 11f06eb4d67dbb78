import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("A matrix whose diagonal is largest has recall 1, for any N") {
      for _ in 0..<5 {
        let n = Int.draw(in: 1...9)
        let found = recall(10 * Tensor.eye(n) + Tensor.rand([n, n]), k: 1)
        try expectEqual(found, 1, within: 1e-9, "recall@1 of \(n) perfect pairs; divide by their number")
      }
    }
    try property("A matrix whose diagonal is smallest has recall 0 until k = N") {
      let n = 5
      let worst = Tensor.rand([n, n]) - 10 * Tensor.eye(n)
      for k in 1..<n {
        try expectEqual(recall(worst, k: k), 0, within: 1e-9, "recall@\(k) of 5 pairs, the right one last")
      }
      try expectEqual(recall(worst, k: n), 1, within: 1e-9, "recall@5 of 5: everything is among the first five")
    }
    try property("More k never lowers recall, and k = N gives 1") {
      for _ in 0..<10 {
        let n = Int.draw(in: 2...8)
        let matrix = Tensor.randn([n, n])
        let values = (1...n).map { recall(matrix, k: $0) }
        try expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "recall for k = 1 to \(n) is \(values)")
        try expectEqual(values[n - 1], 1, within: 1e-9, "recall@\(n) of \(n) pairs")
      }
    }
    try property("Pairs in another order have the same recall") {
      for _ in 0..<10 {
        let n = Int.draw(in: 2...8)
        let (matrix, order, k) = (Tensor.randn([n, n]), Array(0..<n).shuffledByDraw(), Int.draw(in: 1...n))
        let shuffled = matrix.indexSelect(order, dim: 0).indexSelect(order, dim: 1)
        try expectEqual(
          recall(shuffled, k: k), recall(matrix, k: k), within: 1e-9, "rows and columns in the order \(order)")
      }
    }
    try property("Random matrices have recall k/N on average") {
      let n = 5
      let matrices = (0..<400).map { _ in Tensor.randn([n, n]) }
      for k in 1..<n {
        let mean = matrices.reduce(0) { $0 + recall($1, k: k) } / Double(matrices.count)
        // The mean of 2,000 rows is within 0.045 of chance (four standard deviations).
        try expectEqual(
          mean, Double(k) / Double(n), within: 0.045, "mean recall@\(k) of 400 random matrices of 5 pairs")
      }
    }
  }
}
