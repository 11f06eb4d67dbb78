import Exercises
import Models
import Tensors

@main enum Check: ExerciseCheck {
  static func model(positions: Bool, pooling: VisionTransformer.Pooling, dropout: Double) -> VisionTransformer {
    let size = Int.draw(in: 1...3)
    let model = VisionTransformer(
      .init(
        imageSize: size * Int.draw(in: 2...4), patchSize: size, channels: Int.draw(in: 1...3), classCount: 5,
        embedDim: 16, depth: 2, headCount: 2, dropout: dropout, hasPositions: positions, pooling: pooling))
    // Positions begin so small that they would hardly show.
    model.posEmbed.assign(model.posEmbed.detached() * 50)
    return model
  }

  static func images(for model: VisionTransformer) -> Tensor {
    let sizes = model.configuration
    return Tensor.randn([2, sizes.channels, sizes.imageSize, sizes.imageSize])
  }

  /// An order that leaves no patch in its place.
  static func order(for model: VisionTransformer) -> [Int] {
    let count = model.patchEmbed.patchCount
    let shift = Int.draw(in: 1...count - 1)
    return (0..<count).map { ($0 + shift) % count }
  }

  static func check() throws {
    for pooling in [VisionTransformer.Pooling.classToken, .mean] {
      let name = pooling == .mean ? "mean pooling" : "[CLS]"
      try property("Without positions, with \(name), no order of the patches changes a score") {
        for trial in 0..<6 {
          let one = model(positions: false, pooling: pooling, dropout: trial % 2 == 0 ? 0 : 0.2)
          let change = changeByShuffling(one, images(for: one), order: order(for: one))
          try expect(
            change < 1e-4,
            "P = \(one.configuration.patchSize), dropout \(one.configuration.dropout): a score changed by \(change). "
              + "Are whole patches moved, and is dropout off?")
        }
      }
      try property("With positions, with \(name), it does") {
        for _ in 0..<6 {
          let one = model(positions: true, pooling: pooling, dropout: 0)
          let change = changeByShuffling(one, images(for: one), order: order(for: one))
          try expect(change > 1e-3, "the largest change of a score is \(change), though the patches have moved")
        }
      }
    }
    try property("The old order changes nothing, to the bit") {
      let one = model(positions: true, pooling: .classToken, dropout: 0.2)
      let change = changeByShuffling(one, images(for: one), order: Array(0..<one.patchEmbed.patchCount))
      try expect(change == 0, "the change is \(change); with dropout off the same input has the same scores")
    }
  }
}
