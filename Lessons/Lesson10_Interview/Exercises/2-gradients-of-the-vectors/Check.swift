import Exercises
import Layers
import Tensors

@main enum Check: ExerciseCheck {
  /// Pairs of random unit vectors and a scale.
  struct Batch {
    let images, texts: Tensor
    let scale: Float
    let name: String

    init() {
      let (count, width) = (Int.draw(in: 2...6), Int.draw(in: 2...8))
      images = Tensor.randn([count, width]).l2Normalized()
      texts = Tensor.randn([count, width]).l2Normalized()
      scale = Float.draw(in: 1...10)
      name = "\(count) pairs of vectors with \(width) numbers, scale \(scale)"
    }

    func loss(images: Tensor, texts: Tensor, scale: Float) -> Float { clipLoss(scale * images.matmul(texts.T)).item }
  }

  static func check() throws {
    try property("The gradients have the shapes of what they belong to") {
      for _ in 0..<10 {
        let batch = Batch()
        let gradients = contrastiveGradients(images: batch.images, texts: batch.texts, scale: batch.scale)
        try expectShape(gradients.images, batch.images.shape, "the gradient by the images")
        try expectShape(gradients.texts, batch.texts.shape, "the gradient by the texts")
      }
    }
    try property("They are those of automatic differentiation") {
      for _ in 0..<10 {
        let batch = Batch()
        let gradients = contrastiveGradients(images: batch.images, texts: batch.texts, scale: batch.scale)
        let (images, texts) = (batch.images.requiringGrad(), batch.texts.requiringGrad())
        clipLoss(batch.scale * images.matmul(texts.T)).backward()
        let hint = "both directions count, image to text and text to image"
        try expectEqual(
          gradients.images, images.grad ?? .zeros(images.shape), within: 1e-4,
          "the gradient by the images of \(batch.name); \(hint)")
        try expectEqual(
          gradients.texts, texts.grad ?? .zeros(texts.shape), within: 1e-4,
          "the gradient by the texts of \(batch.name); \(hint)")
      }
    }
    try property("The gradient by the scale is the change of the loss when the scale changes") {
      for _ in 0..<10 {
        let batch = Batch()
        let gradients = contrastiveGradients(images: batch.images, texts: batch.texts, scale: batch.scale)
        let (above, below) = (
          batch.loss(images: batch.images, texts: batch.texts, scale: batch.scale + 0.01),
          batch.loss(images: batch.images, texts: batch.texts, scale: batch.scale - 0.01)
        )
        try expectEqual(
          gradients.scale, (above - below) / 0.02, within: 1e-3, "the gradient by the scale of \(batch.name)")
      }
    }
    try property("A small step against the gradients makes the loss smaller") {
      for _ in 0..<10 {
        let batch = Batch()
        let gradients = contrastiveGradients(images: batch.images, texts: batch.texts, scale: batch.scale)
        let before = batch.loss(images: batch.images, texts: batch.texts, scale: batch.scale)
        let after = batch.loss(
          images: batch.images - 0.01 * gradients.images, texts: batch.texts - 0.01 * gradients.texts,
          scale: batch.scale - 0.01 * gradients.scale)
        try expect(after < before, "the loss of \(batch.name) goes from \(before) to \(after)")
      }
    }
    try property("A collapsed batch gets no gradient") {
      for _ in 0..<10 {
        let count = Int.draw(in: 2...6)
        let vector = Tensor.randn([1, 4]).l2Normalized()
        let all = Tensor.cat(Array(repeating: vector, count: count))
        let gradients = contrastiveGradients(images: all, texts: all, scale: 10)
        try expectEqual(
          gradients.images, .zeros([count, 4]), within: 1e-5,
          "the gradient by \(count) equal images; all pairs are equally likely, so pull and pushes cancel out")
      }
    }
  }
}
