import Datasets
import Evaluation
import Notebook
import Tensors
import Training

/// New pictures of one thing each, encoded once, to try classifiers on.
struct SceneTest {
  /// What is in each picture.
  let truth: [SceneCombination]
  private let pictures: Tensor

  /// Two hundred pictures of a part of all scenes.
  init(_ split: SceneSplit, seed: Int, _ encode: Encoder) {
    let scenes = Scenes(split: split, objectCounts: 1...1, seed: seed).prefix(200)
    truth = scenes.map { $0.objects[0].combination }
    pictures = encode(scenes.map { $0.image() })
  }

  /// Cosines of the pictures and of texts, `[pictures, texts]`.
  func cosines(_ texts: Tensor) -> Tensor { pictures.matmul(texts.T) }

  /// What a classifier takes each picture for.
  ///
  /// - Parameter classes: a unit vector for each of the 36 combinations, `[36, E]`.
  func guesses(_ classes: Tensor) -> [SceneCombination] {
    pictures.matmul(classes.T).argmax(dim: 1).scalars.map { SceneWorld.sixBySix.combinations[$0] }
  }

  /// The share of guesses that are right in what matters, 0 to 1.
  func share(
    _ classes: Tensor, _ isRight: (SceneCombination, SceneCombination) -> Bool = { $0 == $1 }
  ) -> Double {
    Double(zip(truth, guesses(classes)).count { isRight($0, $1) }) / Double(truth.count)
  }

  /// The mean share of right guesses, for each kind of pictures over its lists.
  static func row(_ name: String, _ tests: [[SceneTest]], _ classes: Tensor) -> [Cell] {
    [.text(name)] + tests.map { .percent(mean($0.map { $0.share(classes) })) }
  }

  /// How well a classifier does on several lists: right, color right, shape right, and right on each list.
  static func detailedRow(_ name: String, _ tests: [SceneTest], _ classes: Tensor) -> [Cell] {
    let right = tests.map { $0.share(classes) }
    let colors = tests.map { $0.share(classes) { $0.color == $1.color } }
    let shapes = tests.map { $0.share(classes) { $0.shape == $1.shape } }
    return [.text(name)] + [right, colors, shapes].map { .percent(mean($0)) } + [each(right)]
  }
}

extension CLIPEvaluation {
  /// Pictures that look for their captions among a hundred.
  func scores(_ split: SceneSplit, things: Int, seed: Int) -> RetrievalScores {
    let scenes = Scenes(split: split, objectCounts: things...things, seed: seed)
    return RetrievalScores(require(try similarities(SceneGallery(scenes, count: Self.sceneCount))))
  }

  /// Mean recall at 1 and at 5 for scenes of one thing and of two in each split, recall at 1 for each seed, and chance.
  func retrievalRows(_ splits: [SceneSplit], seeds: [Int]) -> [[Cell]] {
    let chance = [1, 5].map { Cell.percent(RetrievalScores.chance(at: $0, items: Self.sceneCount)) }
    return splits.flatMap { split in
      [(1, "one thing"), (2, "two things")].map { things, name in
        let scores = seeds.map { self.scores(split, things: things, seed: $0) }
        let first = scores.map { $0.recall(at: 1) }
        return [
          .text("\(split), \(name)"), .percent(mean(first)), .percent(mean(scores.map { $0.recall(at: 5) })),
          each(first),
        ]
      }
    } + [["chance"] + chance + [""]]
  }

  /// Captions of one thing that came first and are wrong: how many, and how many in the place alone.
  func slips(_ split: SceneSplit, seeds: [Int]) -> (all: Int, place: Int) {
    var slips = (all: 0, place: 0)
    for seed in seeds {
      let gallery = SceneGallery(Scenes(split: split, objectCounts: 1...1, seed: seed), count: Self.sceneCount)
      let found = require(try similarities(gallery)).argmax(dim: 1).scalars
      for (own, other) in zip(gallery.scenes, found.map { gallery.scenes[$0] }) where own != other {
        let (thing, guess) = (own.objects[0], other.objects[0])
        slips.all += 1
        if thing.phrase == guess.phrase { slips.place += 1 }
      }
    }
    return slips
  }
}

private func each(_ shares: [Double]) -> Cell {
  .text(shares.map { Format.percent($0, decimals: 1) }.joined(separator: ", "))
}
