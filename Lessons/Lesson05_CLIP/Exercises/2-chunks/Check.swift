import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  static func check() throws {
    try property("One chunk is the whole batch") {
      let batch = Batch(sizes: [Int.draw(in: 2...9)])
      try expectEqual(batch.byChunks().loss, batch.whole().loss, within: 1e-5, "the loss of a single chunk")
    }
    try property("The loss of several chunks is that of the batch in one piece") {
      for _ in 0..<8 {
        let batch = Batch.drawn()
        try expectEqual(
          batch.byChunks().loss, batch.whole().loss, within: 1e-4,
          "chunks of \(batch.sizes) pairs; each picture has \(batch.count - 1) negatives in the whole batch")
      }
    }
    try property("So are the gradients of both towers") {
      for _ in 0..<4 {
        let batch = Batch.drawn()
        let (mine, whole) = (batch.byChunks().gradients, batch.whole().gradients)
        for (index, tower) in ["picture", "text"].enumerated() {
          try expectEqual(mine[index], whole[index], within: 1e-4, "the gradient of the \(tower) tower")
        }
      }
    }
    try property("How the pairs are divided into chunks does not count") {
      let batch = Batch(sizes: [4, 2, 6])
      let other = batch.divided(into: [3, 3, 3, 3])
      try expectEqual(other.byChunks().loss, batch.byChunks().loss, within: 1e-4, "chunks of 4, 2, 6 and of 3, 3, 3, 3")
    }
  }
}

/// Random pairs in chunks, and two towers.
private struct Batch {
  let sizes: [Int]
  var pictures = Tensor([0])
  var texts = Tensor([0])
  var pictureWeight = Tensor.randn([4, 6])
  var textWeight = Tensor.randn([4, 5])

  init(sizes: [Int]) {
    self.sizes = sizes
    pictures = Tensor.randn([count, 6])
    texts = Tensor.randn([count, 5])
  }

  static func drawn() -> Batch { Batch(sizes: (0..<Int.draw(in: 2...4)).map { _ in Int.draw(in: 1...5) }) }

  var count: Int { sizes.reduce(0, +) }

  func divided(into sizes: [Int]) -> Batch {
    var other = Batch(sizes: sizes)
    (other.pictures, other.texts) = (pictures, texts)
    (other.pictureWeight, other.textWeight) = (pictureWeight, textWeight)
    return other
  }

  func byChunks() -> (loss: Float, gradients: [Tensor]) {
    let chunks = zip(pictures.split(sizes), texts.split(sizes)).map { (pictures: $0, texts: $1) }
    return measured { lossOfChunks(chunks, $0, $1, scale: 10) }
  }

  func whole() -> (loss: Float, gradients: [Tensor]) {
    measured { first, second in
      let (a, b) = (pictures.linear(weight: first).l2Normalized(), texts.linear(weight: second).l2Normalized())
      return clipLoss((10 * a).matmul(b.T))
    }
  }

  private func measured(_ loss: (Tensor, Tensor) -> Tensor) -> (loss: Float, gradients: [Tensor]) {
    let (first, second) = (pictureWeight.detached().requiringGrad(), textWeight.detached().requiringGrad())
    let value = loss(first, second)
    value.backward()
    return (value.item, [first.grad ?? .zeros(first.shape), second.grad ?? .zeros(second.shape)])
  }
}
