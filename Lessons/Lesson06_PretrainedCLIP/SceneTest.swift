import Datasets
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

  /// How well a classifier does on several lists: right, colour right, shape right, and right on each list.
  static func row(_ name: String, _ tests: [SceneTest], _ classes: Tensor) -> [Cell] {
    let right = tests.map { $0.share(classes) }
    let colors = tests.map { $0.share(classes) { $0.color == $1.color } }
    let shapes = tests.map { $0.share(classes) { $0.shape == $1.shape } }
    return [.text(name)] + [right, colors, shapes].map { .percent(mean($0)) } + [each(right)]
  }
}

/// Scores of retrieval on several galleries: mean recall at 1 and at 5, and recall at 1 on each.
func retrievalRow(_ name: String, _ scores: [RetrievalScores]) -> [Cell] {
  let first = scores.map { $0.recall(at: 1) }
  return [.text(name), .percent(mean(first)), .percent(mean(scores.map { $0.recall(at: 5) })), each(first)]
}

/// The mean of shares.
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func each(_ shares: [Double]) -> Cell {
  .text(shares.map { Format.percent($0, decimals: 1) }.joined(separator: ", "))
}

/// A caption of a scene of two things beside one that is wrong in one respect.
struct CaptionPair {
  let right, wrong: String

  /// How often the right caption lies nearer to its picture than the wrong one: a row of a table.
  ///
  /// - Parameters:
  ///   - pair: the captions of a scene; scenes for which there are none are left out.
  static func row(
    _ respect: String, _ scenes: [Scene], _ encode: Encoder, _ pair: (Scene) -> CaptionPair?
  ) -> [Cell] {
    let chosen = scenes.compactMap { scene in pair(scene).map { (scene: scene, captions: $0) } }
    let pictures = encode(chosen.map { $0.scene.image() })
    let (right, wrong) = (encode(chosen.map { $0.captions.right }), encode(chosen.map { $0.captions.wrong }))
    let lead = (pictures * (right - wrong)).sum(dim: 1).scalars
    return [.text(respect), .integer(chosen.count), .percent(Double(lead.count { $0 > 0 }) / Double(chosen.count))]
  }

  /// The other relation: `above` for `below`, `to the left of` for `to the right of`.
  static func relation(_ scene: Scene) -> CaptionPair? {
    let relation = SceneRelation.main(scene.objects[0], scene.objects[1])
    let told = [SceneRelation.leftOf, .above].contains(relation) ? relation : relation.inverse
    let right = scene.canonicalCaption
    return CaptionPair(right: right, wrong: right.replacing("\(told)", with: "\(told.inverse)"))
  }

  /// The colours exchanged; nil if colours or shapes are the same, for then nothing is wrong.
  static func colors(_ scene: Scene) -> CaptionPair? {
    let (first, second) = (scene.objects[0], scene.objects[1])
    guard first.color != second.color, first.shape != second.shape else { return nil }
    return CaptionPair(
      right: "a \(first.phrase) and a \(second.phrase)",
      wrong: "a \(first.size) \(second.color) \(first.shape) and a \(second.size) \(first.color) \(second.shape)")
  }

  /// The sizes exchanged; nil if they are the same.
  static func sizes(_ scene: Scene) -> CaptionPair? {
    let (first, second) = (scene.objects[0], scene.objects[1])
    guard first.size != second.size else { return nil }
    return CaptionPair(
      right: "a \(first.phrase) and a \(second.phrase)",
      wrong: "a \(second.size) \(first.combination) and a \(first.size) \(second.combination)")
  }
}
