import Exercises
import Layers
import Models

@main enum Check: ExerciseCheck {
  static func drawn() -> VisionTransformer.Configuration {
    let (size, heads) = (Int.draw(in: 1...8), Int.draw(in: 1...4))
    return .init(
      imageSize: size * Int.draw(in: 1...5), patchSize: size, channels: Int.draw(in: 1...4),
      classCount: Int.draw(in: 1...20), embedDim: heads * Int.draw(in: 1...12), depth: Int.draw(in: 0...4),
      headCount: heads, mlpRatio: [0.5, 1, 1.5, 2, 4][Int.draw(in: 0...4)])
  }

  static func text(_ sizes: VisionTransformer.Configuration) -> String {
    "images of \(sizes.imageSize), patches of \(sizes.patchSize), \(sizes.channels) channels, \(sizes.classCount) "
      + "classes, width \(sizes.embedDim), \(sizes.depth) layers, \(sizes.headCount) heads, MLP × \(sizes.mlpRatio)"
  }

  /// All products of a forward pass, each with its rows, inner size and columns.
  static func products(_ sizes: VisionTransformer.Configuration) -> [(Int, Int, Int)] {
    let (d, heads) = (sizes.embedDim, sizes.headCount)
    let inRow = sizes.imageSize / sizes.patchSize
    let tokens = inRow * inRow + 1
    let middle = Int(Double(d) * sizes.mlpRatio)
    var all = [(inRow * inRow, sizes.channels * sizes.patchSize * sizes.patchSize, d)]
    for _ in 0..<sizes.depth {
      all.append((tokens, d, 3 * d))
      for _ in 0..<heads { all += [(tokens, d / heads, tokens), (tokens, tokens, d / heads)] }
      all += [(tokens, d, d), (tokens, d, middle), (tokens, middle, d)]
    }
    return all + [(1, d, sizes.classCount)]
  }

  static func check() throws {
    try property("parameterCount(of:) is the library's count, for 50 random configurations") {
      for _ in 0..<50 {
        let sizes = drawn()
        let wanted = Initialization.skipped { VisionTransformer(sizes) }.parameterCount
        let found = parameterCount(of: sizes)
        try expect(found == wanted, "\(text(sizes)): \(wanted) parameters, and your formula says \(found)")
      }
    }
    try property("multiplicationCount(of:) is the sum over all products") {
      for _ in 0..<50 {
        let sizes = drawn()
        let wanted = products(sizes).reduce(0) { $0 + $1.0 * $1.1 * $1.2 }
        let found = multiplicationCount(of: sizes)
        try expect(found == wanted, "\(text(sizes)): \(wanted) multiplications, and your formula says \(found)")
      }
    }
    try property("The number of heads changes neither") {
      var sizes = VisionTransformer.Configuration()
      let (parameters, multiplications) = (parameterCount(of: sizes), multiplicationCount(of: sizes))
      sizes.headCount = 1
      try expect(parameterCount(of: sizes) == parameters, "one head has as many parameters as twelve")
      try expect(multiplicationCount(of: sizes) == multiplications, "one head has as many multiplications as twelve")
    }
  }
}
