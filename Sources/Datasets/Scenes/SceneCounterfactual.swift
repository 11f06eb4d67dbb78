import Tensors

/// A question and two scenes that differ in one thing only, but for which the true answers differ.
///
/// Who answers from the question alone, or looks elsewhere, gets at most one of the two right.
public struct SceneCounterfactual: Sendable, Hashable {
  /// The question about the first scene.
  public let original: SceneQuestion
  /// The same question about the changed scene.
  public let changed: SceneQuestion
}

extension Scenes {
  /// The question at an index beside one with a changed thing: recoloured, reshaped, moved or, for a number of
  /// objects, taken away or added.
  ///
  /// The changed scene is of the same part; beside one with a held-out combination it may also be a held-out scene.
  public func counterfactual(at index: Int, type: SceneQuestionType? = nil) -> SceneCounterfactual {
    let generator = generator(index, .counterfactual)
    var attempt = 0
    while true {
      let wanted = type ?? generator.element(of: SceneQuestionType.allCases.filter { canAsk($0) })
      let original = question(at: index &+ attempt &* 0x1_0000_0000, type: wanted)
      let changes = changes(of: original.scene, for: original.query).filter { scene in
        let part = world.split(of: scene)
        return (part == split || (split == .heldOutCombinations && part == .heldOut))
          && original.query.answer(for: scene).map { $0 != original.answer } ?? false
      }
      if !changes.isEmpty {
        let scene = generator.element(of: changes)
        let changed = SceneQuestion(
          scene: scene, query: original.query, text: original.text,
          answer: original.query.answer(for: scene) ?? original.answer)
        return SceneCounterfactual(original: original, changed: changed)
      }
      attempt += 1
    }
  }

  /// The scenes that differ from one in one thing.
  private func changes(of scene: Scene, for query: SceneQuery) -> [Scene] {
    let kinds = world.combinations(in: split)
    var result: [Scene?] = []
    if query == .count {
      for index in scene.objects.indices where scene.objects.count > 1 {
        result.append(Scene(scene.objects.indices.filter { $0 != index }.map { scene.objects[$0] }))
      }
      for kind in kinds {
        for place in ScenePlace.allCases {
          for size in SceneSize.allCases {
            result.append(Scene(scene.objects + [SceneObject(kind, size: size, place: place)]))
          }
        }
      }
    }
    for (index, object) in scene.objects.enumerated() {
      func replaced(by changed: SceneObject) -> Scene? {
        Scene(scene.objects.indices.map { $0 == index ? changed : scene.objects[$0] })
      }
      if query.type == .relation {
        for place in ScenePlace.allCases where place != object.place {
          result.append(
            replaced(
              by: SceneObject(
                object.combination, size: object.size, place: place, offsetX: object.offsetX, offsetY: object.offsetY)))
        }
      } else {
        for kind in kinds where (kind.color == object.color) != (kind.shape == object.shape) {
          result.append(
            replaced(
              by: SceneObject(
                kind, size: object.size, place: object.place, offsetX: object.offsetX, offsetY: object.offsetY)))
        }
      }
    }
    return result.compactMap { $0 }.filter { objectCounts.contains($0.objects.count) }
  }
}
