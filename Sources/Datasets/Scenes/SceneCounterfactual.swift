/// A question and two scenes that differ in one respect only, but for which the true answers differ.
///
/// A model that does not use the changed part of the picture answers at most one of the two rightly.
public struct SceneCounterfactual: Sendable, Hashable {
  /// The question about the first scene.
  public let original: SceneQuestion
  /// The same question about the changed scene.
  public let changed: SceneQuestion
}

extension Scenes {
  /// The question at an index beside one with a changed scene: a thing is recolored or reshaped; for a number of
  /// objects also taken away or added; for a relation its two things change places.
  ///
  /// The changed scene is of the same part; beside one with a held-out combination it may also be a held-out scene.
  public func counterfactual(at index: Int, type: SceneQuestionType? = nil) -> SceneCounterfactual {
    let generator = generator(index, .counterfactual)
    // Drawn once: not every question has a changed scene of the same part, and of some types fewer have one.
    let wanted = type ?? generator.element(of: SceneQuestionType.allCases.filter { canAsk($0) })
    var attempt = 0
    while true {
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

  /// The scenes that differ from one in what a query may be about.
  private func changes(of scene: Scene, for query: SceneQuery) -> [Scene] {
    if case .relation(_, let first, let second) = query {
      // Moving one of the two to the other's far side is hardly ever possible: a picture has three columns and rows.
      return [scene.exchangingPlaces(first, second)].compactMap { $0 }
    }
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
      for kind in kinds where (kind.color == object.color) != (kind.shape == object.shape) {
        var objects = scene.objects
        objects[index] = SceneObject(
          kind, size: object.size, place: object.place, offsetX: object.offsetX, offsetY: object.offsetY)
        result.append(Scene(objects))
      }
    }
    return result.compactMap { $0 }.filter { objectCounts.contains($0.objects.count) }
  }
}

extension Scene {
  /// The scene with two of its things at each other's places; nil if one is not there or things would touch.
  package func exchangingPlaces(_ first: SceneCombination, _ second: SceneCombination) -> Scene? {
    guard let first = object(first), let second = object(second) else { return nil }
    let rest = objects.filter { $0 != first && $0 != second }
    return Scene(rest + [first.standing(where: second), second.standing(where: first)])
  }
}

extension SceneObject {
  /// The same thing at another one's place.
  fileprivate func standing(where other: SceneObject) -> SceneObject {
    SceneObject(combination, size: size, place: other.place, offsetX: other.offsetX, offsetY: other.offsetY)
  }
}
