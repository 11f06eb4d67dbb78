import Datasets
import Images
import Layers
import Notebook
import Pretrained
import Tensors

/// Where a ViLT looks when it is asked about one of several things.
struct AttentionMaps {
  /// Whose attention it is.
  let vilt: QuestionAnswering
  /// The side of the grid of patches.
  private static let side = 4

  /// For each layer, how much `[CLS]` attends to each token, mean over the heads, `[T]`; and how many words there are.
  func weights(_ question: SceneQuestion) -> (layers: [Tensor], words: Int) {
    let ids = vilt.tokenizer.encode(question.text).ids
    let weights = AttentionRecorder(vilt.model, IntTensor([ids]), Scene.tensor([question.scene])).weights
    return (weights.map { $0[0].mean(dim: 0)[0] }, ids.count)
  }

  /// The token of the patch in a thing's middle; words and the picture's extra token come before the patches.
  func place(_ thing: SceneObject, _ words: Int) -> Int { words + 1 + thing.patch(columns: Self.side) }

  /// For each layer, how much `[CLS]` attends to all words, at the middle of the thing that is asked about, and at the
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
        return [row[..<words].reduce(0, +), row[place(subject, words)], row[place(other, words)]]
      }
      sums = sums.isEmpty ? shares : zip(sums, shares).map { zip($0, $1).map(+) }
    }
    return sums.map { $0.map { $0 / Double(questions.count) } }
  }

  /// The same shares if `[CLS]` attended to all tokens alike.
  func evenShares(_ questions: [SceneQuestion]) -> [Double] {
    let shares = questions.map { question in
      let words = vilt.tokenizer.encode(question.text).ids.count
      let count = Double(words + 1 + Self.side * Self.side)
      return [Double(words) / count, 1 / count, 1 / count]
    }
    return (0..<3).map { column in shares.reduce(0) { $0 + $1[column] } / Double(questions.count) }
  }

  /// Rows of a table: the shares of each layer, and those of an even look.
  static func rows(_ shares: [[Double]], even: [Double]) -> [[Cell]] {
    (shares.enumerated().map { ("\($0 + 1)", $1) } + [("even", even)]).map { name, shares in
      [.text(name)] + shares.map { .percent($0, decimals: 1) }
    }
  }

  /// A question's picture beside what `[CLS]` attends to in the given layer.
  func picture(_ question: SceneQuestion, layer: Int) -> Image {
    let (layers, words) = weights(question)
    let patches = Array(layers[layer].scalars.dropFirst(words + 1))
    let picture = question.scene.image().enlarged(by: 3)
    let seen = picture.overlaid(withHeatMap: patches, columns: Self.side, rows: Self.side, range: 0...0.3)
    return .grid([picture, seen], columns: 2, gap: 4)
  }
}
