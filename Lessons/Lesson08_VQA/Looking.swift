import Datasets
import Images
import ModelTasks
import Models
import Tensors

/// Where a ViLT looks when it is asked about one of several things.
struct Looking {
  /// Whose attention it is.
  let vilt: QuestionAnswering
  /// The side of the grid of patches.
  private static let side = 4

  /// For each layer, how much `[CLS]` looks at each token, mean over the heads, `[T]`; and how many words there are.
  func weights(_ question: SceneQuestion) -> (layers: [Tensor], words: Int) {
    let ids = vilt.tokenizer.encode(question.text).ids
    let weights = vilt.model.attentionWeights(IntTensor([ids]), Scene.tensor([question.scene]))
    return (weights.map { $0[0].mean(dim: 0)[0] }, ids.count)
  }

  /// The patch that holds the middle of a thing, from 0.
  private func patch(_ thing: SceneObject) -> Int { thing.centerY / 16 * Self.side + thing.centerX / 16 }

  /// For each layer, how much `[CLS]` looks at all words, at the middle of the thing that is asked about, and at the
  /// middle of another thing: means over questions.
  func shares(_ questions: [SceneQuestion]) -> [[Double]] {
    var sums: [[Double]] = []
    for question in questions {
      guard let subject = question.subject, let other = question.scene.objects.first(where: { $0 != subject }) else {
        continue
      }
      let (layers, words) = weights(question)
      let shares = layers.map { layer in
        let row = layer.scalars.map(Double.init)
        return [row[..<words].reduce(0, +), row[words + 1 + patch(subject)], row[words + 1 + patch(other)]]
      }
      sums = sums.isEmpty ? shares : zip(sums, shares).map { zip($0, $1).map(+) }
    }
    return sums.map { $0.map { $0 / Double(questions.count) } }
  }

  /// A question's picture beside what the given layer's `[CLS]` looks at.
  func picture(_ question: SceneQuestion, layer: Int) -> Image {
    let (layers, words) = weights(question)
    let patches = Array(layers[layer].scalars.dropFirst(words + 1))
    let picture = question.scene.image().enlarged(by: 3)
    let seen = picture.overlaid(withHeatMap: patches, columns: Self.side, rows: Self.side, range: 0...0.3)
    return .grid([picture, seen], columns: 2, gap: 4)
  }
}
