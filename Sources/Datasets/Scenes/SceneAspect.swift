/// A respect in which a scene can be what was asked for or not.
public enum SceneAspect: Int, Sendable, CaseIterable, CustomStringConvertible {
  case color
  case shape
  case size
  case place
  case relation
  case number

  /// `color`, `shape`, `size`, `place`, `relation` or `number`.
  public var description: String {
    switch self {
    case .color: "color"
    case .shape: "shape"
    case .size: "size"
    case .place: "place"
    case .relation: "relation"
    case .number: "number"
    }
  }
}

extension Scene {
  /// The scenes of a world that differ from this one in one aspect of one thing: another color, shape, size or place;
  /// for a relation two things that change places; for a number a thing more or less.
  ///
  /// Some of them may still be what a text asks for, if the text leaves the aspect open.
  public func variants(_ aspect: SceneAspect, world: SceneWorld = .sixBySix) -> [Scene] {
    switch aspect {
    case .color:
      return variants { thing in
        world.colors.filter { $0 != thing.color }.map { thing.with(SceneCombination($0, thing.shape)) }
      }
    case .shape:
      return variants { thing in
        world.shapes.filter { $0 != thing.shape }.map { thing.with(SceneCombination(thing.color, $0)) }
      }
    case .size: return variants { thing in [thing.with(size: thing.size == .small ? .large : .small)] }
    case .place:
      return variants { thing in ScenePlace.allCases.filter { $0 != thing.place }.map { thing.with(place: $0) } }
    case .relation:
      return objects.indices.flatMap { first in
        objects.indices.dropFirst(first + 1).compactMap { second in
          exchangingPlaces(objects[first].combination, objects[second].combination)
        }
      }
    case .number:
      let fewer = objects.indices.compactMap { index in
        Scene(objects.indices.filter { $0 != index }.map { objects[$0] })
      }
      let things = world.combinations.flatMap { kind in
        ScenePlace.allCases.map { SceneObject(kind, size: .small, place: $0) }
      }
      return fewer + things.compactMap { Scene(objects + [$0]) }
    }
  }

  /// The scenes in which one thing is exchanged for another one of a list.
  private func variants(_ others: (SceneObject) -> [SceneObject]) -> [Scene] {
    objects.indices.flatMap { index in
      others(objects[index]).compactMap { other in
        var objects = objects
        objects[index] = other
        return Scene(objects)
      }
    }
  }
}

extension SceneObject {
  /// The same thing but for what is given.
  fileprivate func with(
    _ combination: SceneCombination? = nil, size: SceneSize? = nil, place: ScenePlace? = nil
  ) -> SceneObject {
    SceneObject(
      combination ?? self.combination, size: size ?? self.size, place: place ?? self.place, offsetX: offsetX,
      offsetY: offsetY)
  }
}
