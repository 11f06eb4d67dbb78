import Datasets
import ModelTasks
import Tensors

/// New pictures of one thing each, encoded once, to try classifiers on.
struct SceneTest {
  /// What is in each picture.
  let truth: [SceneCombination]
  private let pictures: Tensor

  /// Two hundred pictures of a part of all scenes.
  init(_ split: SceneSplit, seed: Int, _ clip: ZeroShot) throws {
    let scenes = Scenes(split: split, objectCounts: 1...1, seed: seed).prefix(200)
    truth = scenes.map { $0.objects[0].combination }
    pictures = try clip.encode(images: scenes.map { $0.image() })
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
}

/// A caption of a scene of two things beside one that is wrong in one respect.
struct CaptionPair {
  let right, wrong: String

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
