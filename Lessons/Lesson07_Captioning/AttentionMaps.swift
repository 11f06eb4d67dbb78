import Datasets
import Images
import Layers
import Notebook
import Pretrained
import Tensors

/// What the model attends to while it writes captions of scenes with two things.
struct AttentionMaps {
  /// Whose attention it is.
  let captioner: Captioner
  /// The side of the grid of patches.
  static let side = 4

  /// For each layer, how much each token attends to each patch, mean over the heads, `[T, S]`.
  func weights(_ scene: Scene, _ ids: [Int]) -> [Tensor] {
    AttentionRecorder(
      captioner.task.model, Scene.tensor([scene]), captions: IntTensor([[captioner.bound] + ids])
    ).weights.map { $0[0].mean(dim: 0) }
  }

  /// The token of the patch that holds the middle of a thing; the class token comes first.
  private func token(_ thing: SceneObject) -> Int { 1 + thing.patch(columns: Self.side) }

  /// How much the model attends to the middle of each thing while it writes the first thing's shape and the second one's.
  ///
  /// - Returns: for each layer `[first on first, first on second, second on first, second on second]`, means.
  func shares(_ scenes: [Scene]) -> [[Double]] {
    var sums: [[Double]] = []
    for scene in scenes {
      let ids = captioner.tokens(scene.canonicalCaption)
      let words = ids.map(captioner.word)
      let places = scene.objects.map { thing in
        guard let place = words.firstIndex(of: "\(thing.shape)") else {
          preconditionFailure("the tokenizer has no token of its own for \(thing.shape)")
        }
        return place
      }
      let layers = weights(scene, ids)
      let shares = layers.map { layer in
        places.flatMap { place in scene.objects.map { Double(layer[place][token($0)].item) } }
      }
      sums = sums.isEmpty ? shares : zip(sums, shares).map { zip($0, $1).map(+) }
    }
    return sums.map { $0.map { $0 / Double(scenes.count) } }
  }

  /// Rows of a table: for each layer and each of the two shapes, the shares of the two things.
  func rows(_ shares: [[Double]]) -> [[Cell]] {
    shares.enumerated().flatMap { layer, shares in
      ["first", "second"].enumerated().map { index, name in
        [.integer(layer + 1), .text(name)] + shares[2 * index..<2 * index + 2].map { .percent($0, decimals: 1) }
      }
    }
  }

  /// The picture once for each word, with what the model attends to while it writes that word.
  func strip(_ scene: Scene) -> Image {
    let ids = captioner.tokens(scene.canonicalCaption)
    guard let layer = weights(scene, ids).last else { return scene.image() }
    let picture = scene.image().enlarged(by: 3)
    let maps = ids.indices.map { place in
      picture.overlaid(
        withHeatMap: Array(layer[place].scalars.dropFirst()), columns: Self.side, rows: Self.side, range: 0...0.5)
    }
    return .grid(maps, columns: 7, gap: 4, labels: ids.map(captioner.word))
  }
}
