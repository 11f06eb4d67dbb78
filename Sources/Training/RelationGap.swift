import Datasets

/// A sentence about two things whose relation is masked: "is the red circle [MASK] the blue star?"
struct RelationGap {
  /// A scene with two things of different kinds.
  let scene: Scene
  /// The sentence, with BERT's `[MASK]`.
  let text: String
  /// How the first thing stands to the second, in the direction in which they are further apart.
  let relation: SceneRelation

  /// The gap at an index of a list, about a scene of its own.
  ///
  /// - Parameter namesSecond: whether the sentence names the second thing, or masks that, too.
  init(_ scenes: Scenes, at index: Int, namesSecond: Bool) {
    let pairs = Scenes(
      world: scenes.world, split: scenes.split, objectCounts: 2...2, wordings: scenes.wordings, seed: scenes.seed)
    var attempt = 0
    var scene = pairs[index]
    while scene.objects[0].combination == scene.objects[1].combination {
      attempt += 1
      scene = pairs[index &+ attempt &* 0x1_0000_0000]
    }
    // Objects stand in reading order, so which one comes first must alternate.
    let things = index / 2 % 2 == 0 ? scene.objects : scene.objects.reversed()
    self.scene = scene
    relation = SceneRelation.main(things[0], things[1])
    text = "is the \(things[0].combination) [MASK] the \(namesSecond ? "\(things[1].combination)" : "[MASK] [MASK]")?"
  }
}
