import Exercises
import Models
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("Each row of the weights sums to 1") {
      for _ in 0..<10 {
        let (old, new) = (Int.draw(in: 1...6), Int.draw(in: 1...12))
        let weights = bilinearWeights(from: old, to: new)
        try expectShape(weights, [new, old], "bilinearWeights(from: \(old), to: \(new))")
        try expectEqual(
          weights.sum(dim: 1), .ones([new]), within: 1e-5, "the sums of the rows, \(old) to \(new) places")
      }
    }
    try property("Equal sizes change nothing") {
      for size in 1...6 {
        try expectEqual(bilinearWeights(from: size, to: size), .eye(size), within: 1e-5, "\(size) to \(size) places")
      }
    }
    try property("An even rise stays one, away from the ends") {
      for _ in 0..<10 {
        let (old, factor) = (Int.draw(in: 3...6), Int.draw(in: 2...3))
        let new = old * factor
        let line = Tensor.arange(old).reshape(old, 1)
        let found = bilinearWeights(from: old, to: new).matmul(line).scalars
        for place in factor..<new - factor {
          let wanted = (Float(place) + 0.5) / Float(factor) - 0.5
          try expectEqual(
            found[place], wanted, within: 1e-4, "0, 1, 2, … at new place \(place), \(old) to \(new) places")
        }
      }
    }
    try property("The positions are those of the engine's bilinear interpolation, and [CLS] keeps its bits") {
      for _ in 0..<10 {
        let (old, new, width) = (Int.draw(in: 1...5), Int.draw(in: 1...8), Int.draw(in: 1...6))
        let positions = Tensor.randn([1, 1 + old * old, width])
        let found = resizedPositions(positions, to: new)
        try expectShape(found, [1, 1 + new * new, width], "resizedPositions of \(positions.shape), to: \(new)")
        try expectEqual(found[0][0], positions[0][0], within: 0, "the vector of [CLS]")
        let grid = positions.slice(1..<1 + old * old, dim: 1).reshape(1, old, old, width).permute(0, 3, 1, 2)
        let wanted = grid.interpolate(size: (new, new), mode: .bilinear(alignCorners: false))
          .permute(0, 2, 3, 1).reshape(new * new, width)
        try expectEqual(
          found[0].slice(1..<1 + new * new, dim: 0), wanted, within: 1e-4,
          "the patches' positions, \(old) to \(new) in a row")
      }
    }
    try property("A model takes them: digits of 16 × 16 pixels get scores") {
      let model = VisionTransformer(
        .init(imageSize: 16, patchSize: 2, channels: 1, classCount: 10, embedDim: 8, depth: 1, headCount: 2))
      model.posEmbed.assign(resizedPositions(Tensor.randn([1, 17, 8]), to: 8))
      let scores = noGrad { model.eval()(Tensor.randn([3, 1, 16, 16])) }
      try expectShape(scores, [3, 10], "the scores of three images")
      try expect(scores.scalars.allSatisfy(\.isFinite), "a score is not a number")
    }
  }
}
