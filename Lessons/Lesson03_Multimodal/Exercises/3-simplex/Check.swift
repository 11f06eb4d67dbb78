import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func least(_ count: Int) -> Float {
    let n = Float(count)
    return ((n - 1) * Tensor(-n / (n - 1)).exp() + 1).log().item
  }

  static func check() throws {
    // Trained once, as training takes the check's time.
    let sizes = [(2, 2), (3, 2), (4, 3), (4, 2), (5, 2)]
    let trained = sizes.map { trainedVectors(count: $0.0, dimensions: $0.1) }
    let losses = trained.map { clipLoss($0.pictures.matmul($0.texts.T)).item }

    try property("All vectors have length 1") {
      for ((count, dimensions), vectors) in zip(sizes, trained) {
        for one in [vectors.pictures, vectors.texts] {
          try expectShape(one, [count, dimensions], "the vectors of \(count) pairs in \(dimensions) dimensions")
          try expectEqual((one * one).sum(dim: 1), .ones([count]), within: 1e-4, "their squared lengths")
        }
      }
    }
    try property("No loss is below ln(1 + (N - 1) e^(-N/(N-1)))") {
      for ((count, dimensions), loss) in zip(sizes, losses) {
        try expect(
          loss >= least(count) - 1e-4,
          "\(count) pairs in \(dimensions) dimensions: \(loss), the least is \(least(count))")
      }
    }
    try property("With N - 1 dimensions the least loss is reached") {
      for ((count, dimensions), loss) in zip(sizes, losses) where dimensions >= count - 1 {
        try expectEqual(
          loss, least(count), within: 2e-3,
          "the loss of \(count) pairs in \(dimensions) dimensions; does every step push?")
      }
    }
    try property("Then all other cosines are -1/(N - 1)") {
      for ((count, dimensions), vectors) in zip(sizes, trained) where dimensions >= count - 1 {
        let cosines = vectors.pictures.matmul(vectors.texts.T)
        let other = -1 / Float(count - 1)
        try expectEqual(
          cosines, (1 - other) * Tensor.eye(count) + other, within: 0.05,
          "the cosines of \(count) pairs in \(dimensions) dimensions")
      }
    }
    try property("With fewer dimensions it is not reached") {
      for ((count, dimensions), loss) in zip(sizes, losses) where dimensions < count - 1 {
        try expect(
          loss > least(count) + 5e-3,
          "\(count) pairs in \(dimensions) dimensions: \(loss), the least is \(least(count))")
      }
    }
  }
}
