import Exercises
import Layers
import Models
import Tensors

@main enum Check: ExerciseCheck {
  /// A tile by slices, flattened.
  static func tile(_ image: Tensor, row: Int, column: Int, size: Int) -> Tensor {
    image.slice(row * size..<(row + 1) * size, dim: 1).slice(column * size..<(column + 1) * size, dim: 2).flatten()
  }

  static func check() throws {
    try property("Each row is the patch at its place") {
      for _ in 0..<10 {
        let (size, channels) = (Int.draw(in: 1...4), Int.draw(in: 1...3))
        let (down, across) = (Int.draw(in: 1...4), Int.draw(in: 2...5))
        let image = Tensor.randn([channels, down * size, across * size])
        let rows = patchify(image, size: size)
        try expectShape(rows, [down * across, channels * size * size], "patchify of \(image.shape) with P = \(size)")
        for row in 0..<down {
          for column in 0..<across {
            try expectEqual(
              rows[row * across + column], tile(image, row: row, column: column, size: size), within: 0,
              "patch \(row * across + column) (row \(row), column \(column)) of an image \(image.shape), P = \(size)")
          }
        }
      }
    }
    try property("There and back changes no bit") {
      for _ in 0..<10 {
        let (size, channels) = (Int.draw(in: 1...4), Int.draw(in: 1...3))
        let (height, width) = (size * Int.draw(in: 1...4), size * Int.draw(in: 1...4))
        let image = Tensor.randn([channels, height, width])
        let back = unpatchify(
          patchify(image, size: size), channels: channels, height: height, width: width, size: size)
        try expectShape(back, [channels, height, width], "unpatchify for [\(channels), \(height), \(width)]")
        try expectEqual(back, image, within: 0, "the image [\(channels), \(height), \(width)] with P = \(size)")
      }
    }
    try property("Rows in another order are tiles in another order") {
      let image = Tensor.randn([2, 6, 9])
      let order = Array(0..<6).shuffledByDraw()
      let moved = unpatchify(patchify(image, size: 3).indexSelect(order), channels: 2, height: 6, width: 9, size: 3)
      for place in 0..<6 {
        try expectEqual(
          tile(moved, row: place / 3, column: place % 3, size: 3),
          tile(image, row: order[place] / 3, column: order[place] % 3, size: 3), within: 0,
          "place \(place), where patch \(order[place]) should be now")
      }
    }
    try property("Rows times the filters are the library's patch embedding") {
      let embed = PatchEmbedding(imageSize: 12, patchSize: 4, channels: 3, embedDim: 8)
      let parameters = embed.namedParameters()
      let image = Tensor.randn([3, 12, 12])
      let tokens = noGrad {
        patchify(image, size: 4).linear(weight: parameters[0].parameter.reshape(8, -1), bias: parameters[1].parameter)
      }
      try expectEqual(tokens, noGrad { embed(image.unsqueeze(0)) }[0], within: 1e-5, "the tokens of a 12 × 12 image")
    }
  }
}
