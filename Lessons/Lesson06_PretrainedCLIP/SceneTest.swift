import Datasets
import Evaluation
import Notebook
import Tensors

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

  /// The share of pictures for which what they show and what they are taken for agree.
  ///
  /// - Parameter classes: a unit vector for each of the 36 combinations, `[36, E]`.
  func share(_ classes: Tensor, _ agree: (SceneCombination, SceneCombination) -> Bool) -> Double {
    let guesses = cosines(classes).argmax(dim: 1).scalars.map { SceneWorld.sixBySix.combinations[$0] }
    return Double(zip(truth, guesses).count { agree($0, $1) }) / Double(truth.count)
  }
}

/// Lists of pictures of one kind, a list for each seed.
struct SceneSeries {
  let split: SceneSplit
  let tests: [SceneTest]

  init(_ split: SceneSplit, seeds: [Int], _ encode: Encoder) {
    self.split = split
    tests = seeds.map { SceneTest(split, seed: $0, encode) }
  }

  /// The share of right answers on each list, for a classifier of all combinations.
  func right(_ classes: Tensor) -> [Double] { tests.map { $0.share(classes, ==) } }
  /// The share of answers with the right color on each list.
  func colorRight(_ classes: Tensor) -> [Double] { tests.map { $0.share(classes) { $0.color == $1.color } } }
  /// The share of answers with the right shape on each list.
  func shapeRight(_ classes: Tensor) -> [Double] { tests.map { $0.share(classes) { $0.shape == $1.shape } } }

  /// Cosines of the pictures and of texts that begin with those of all combinations, and which text is each picture's.
  func known(_ texts: Tensor) -> [KnownPictures] {
    let combinations = SceneWorld.sixBySix.combinations
    return tests.map { test in
      KnownPictures(cosines: test.cosines(texts), own: test.truth.map { combinations.firstIndex(of: $0) ?? 0 })
    }
  }
}

/// Pictures that look for their captions among a hundred: a gallery for each seed.
struct GallerySeries {
  let name: String
  private let galleries: [SceneGallery]
  private let similarities: [Tensor]

  init(_ split: SceneSplit, things: Int, seeds: [Int], _ evaluation: CLIPEvaluation) {
    name = "\(split), \(things == 1 ? "one thing" : "two things")"
    galleries = seeds.map { seed in
      SceneGallery(Scenes(split: split, objectCounts: things...things, seed: seed), count: CLIPEvaluation.sceneCount)
    }
    similarities = galleries.map(evaluation.similaritiesOrStop)
  }

  /// The share of pictures whose own caption is among the first ones, for each gallery.
  func recall(at count: Int) -> [Double] { similarities.map { RetrievalScores($0).recall(at: count) } }

  /// For each scene how many captions of its gallery are about the same colors and shapes, its own included.
  private var rivals: [Int] {
    galleries.flatMap { gallery in
      let things = gallery.scenes.map { $0.objects.map { "\($0.combination)" }.sorted() }
      return things.map { own in things.count { $0 == own } }
    }
  }

  /// Their mean.
  var meanRivals: Double { mean(rivals.map(Double.init)) }

  /// How many scenes have a second caption about the same colors and shapes in their gallery, and how many there are.
  var withRivals: (count: Int, all: Int) { (rivals.count { $0 > 1 }, rivals.count) }

  /// Captions of one thing that came first and are wrong: how many, and how many in the place alone.
  var slips: (all: Int, place: Int) {
    var slips = (all: 0, place: 0)
    for (gallery, similarities) in zip(galleries, similarities) {
      let found = similarities.argmax(dim: 1).scalars
      for (own, other) in zip(gallery.scenes, found.map { gallery.scenes[$0] }) where own != other {
        slips.all += 1
        if own.objects[0].phrase == other.objects[0].phrase { slips.place += 1 }
      }
    }
    return slips
  }
}

/// Shares in one cell of a table.
func each(_ shares: [Double]) -> Cell {
  .text(shares.map { Format.percent($0, decimals: 1) }.joined(separator: ", "))
}

extension CLIPEvaluation {
  /// Similarities of scenes and captions; a failure ends the program.
  fileprivate func similaritiesOrStop(_ gallery: SceneGallery) -> Tensor { require(try similarities(gallery)) }
}
