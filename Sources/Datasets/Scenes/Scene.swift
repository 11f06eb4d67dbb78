/// A drawn picture of one to three things, to which captions and questions are made: the course's smallest multimodal
/// data.
///
/// Things do not touch, and no two have the same color and shape, so that "the red circle" is always one thing.
public struct Scene: Sendable, Hashable {
  /// The things, row by row of their fields and from left to right in a row.
  public let objects: [SceneObject]

  /// A scene of things in any order.
  ///
  /// - Returns: nil if there are none or more than three, two that touch, or two of the same color and shape.
  public init?(_ objects: [SceneObject]) {
    guard (1...3).contains(objects.count) else { return nil }
    for (index, object) in objects.enumerated() {
      for other in objects[..<index] {
        let gap = object.gap(to: other)
        guard object.combination != other.combination, max(gap.across, gap.down) >= Self.smallestGap else {
          return nil
        }
      }
    }
    self.objects = objects.sorted { $0.place.rawValue < $1.place.rawValue }
  }

  /// The empty units between the boxes of two things; one pixel at the smallest side of a picture.
  static let smallestGap = 2

  /// A number for the scene's colors, shapes, sizes and fields; offsets of a few pixels do not change it.
  ///
  /// Scenes of different splits have different keys.
  public var key: UInt64 {
    objects.reduce(0) { key, object in
      let kind = (object.color.rawValue * 6 + object.shape.rawValue) * 2 + object.size.rawValue
      return key << 10 | UInt64(kind * 9 + object.place.rawValue + 1)
    }
  }

  /// The thing of a color and shape.
  public func object(_ combination: SceneCombination) -> SceneObject? {
    objects.first { $0.combination == combination }
  }
}

/// How one thing stands to another.
public enum SceneRelation: Int, Sendable, CaseIterable, CustomStringConvertible {
  case leftOf
  case rightOf
  case above
  case below

  /// The words: `to the left of`, `above`.
  public var description: String {
    switch self {
    case .leftOf: "to the left of"
    case .rightOf: "to the right of"
    case .above: "above"
    case .below: "below"
    }
  }

  /// What the second thing is to the first.
  public var inverse: SceneRelation {
    switch self {
    case .leftOf: .rightOf
    case .rightOf: .leftOf
    case .above: .below
    case .below: .above
    }
  }

  /// Whether a thing stands so to another: true or false where their boxes have a gap in that direction, else nil.
  public func holds(_ first: SceneObject, _ second: SceneObject) -> Bool? {
    let gap = first.gap(to: second)
    switch self {
    case .leftOf, .rightOf: return gap.across < 0 ? nil : (first.centerX < second.centerX) == (self == .leftOf)
    case .above, .below: return gap.down < 0 ? nil : (first.centerY < second.centerY) == (self == .above)
    }
  }

  /// How a thing stands to another in the direction in which they are further apart; ties go to left and right.
  public static func main(_ first: SceneObject, _ second: SceneObject) -> SceneRelation {
    let gap = first.gap(to: second)
    if gap.across >= gap.down { return first.centerX < second.centerX ? .leftOf : .rightOf }
    return first.centerY < second.centerY ? .above : .below
  }
}
