import Exercises
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("Layer normalization gives each row mean 0 and variance 1") {
      for _ in 0..<5 {
        let (rows, width) = (Int.draw(in: 1...5), Int.draw(in: 3...9))
        let found = layerNorm(5 * Tensor.randn([rows, width]) + 2)
        try expectShape(found, [rows, width], "layerNorm of [\(rows), \(width)]")
        try expectEqual(found.mean(dim: 1), .zeros([rows]), within: 1e-4, "the means of the rows")
        try expectEqual(
          (found * found).mean(dim: 1), .ones([rows]), within: 1e-2,
          "the mean squares of the rows; divide by the deviation")
      }
    }
    try property("It equals the engine's layer normalization") {
      let x = 3 * Tensor.randn([4, 7]) - 1
      try expectEqual(layerNorm(x), x.layerNorm(), within: 1e-5, "layerNorm of [4, 7]")
    }
    try property("Layer normalization removes a row's size and shift") {
      let x = Tensor.randn([3, 8])
      let (factor, shift) = (Tensor.rand([3, 1]) + 0.5, Tensor.randn([3, 1]))
      try expectEqual(layerNorm(factor * x + shift), layerNorm(x), within: 1e-3, "each row times a factor plus a shift")
    }
    try property("Batch normalization gives each column mean 0 and variance 1") {
      let found = batchNorm(5 * Tensor.randn([9, 4]) + 2)
      try expectShape(found, [9, 4], "batchNorm of [9, 4]")
      try expectEqual(found.mean(dim: 0), .zeros([4]), within: 1e-4, "the means of the columns")
      try expectEqual((found * found).mean(dim: 0), .ones([4]), within: 1e-2, "the mean squares of the columns")
    }
    try property("Batch normalization removes a column's size and shift") {
      let x = Tensor.randn([8, 3])
      let (factor, shift) = (Tensor.rand([1, 3]) + 0.5, Tensor.randn([1, 3]))
      try expectEqual(
        batchNorm(factor * x + shift), batchNorm(x), within: 1e-3, "each column times a factor plus a shift")
    }
    try property("Another example in the batch changes batchNorm, and no bit of layerNorm") {
      let x = Tensor.randn([4, 6])
      let other = Tensor.cat([x[0..<3], 5 + Tensor.randn([1, 6])])
      try expectEqual(layerNorm(other)[0..<3], layerNorm(x)[0..<3], within: 0, "layerNorm of the first three examples")
      try expectDifferent(batchNorm(other)[0..<3], batchNorm(x)[0..<3], by: 1e-2, "batchNorm of the first three")
    }
  }
}
