/// The colors and shapes that scenes are made of, and which of their combinations are kept from training.
public struct SceneWorld: Sendable, Hashable {
  /// The colors.
  public let colors: [SceneColor]
  /// The shapes.
  public let shapes: [SceneShape]
  /// The combinations that no training scene has: each color once and each shape once.
  public let heldOutCombinations: [SceneCombination]

  /// Six colors, six shapes and six combinations held out of 36.
  public static let sixBySix = SceneWorld(count: 6)
  /// The first four colors and shapes, and four combinations held out of 16.
  public static let fourByFour = SceneWorld(count: 4)

  private init(count: Int) {
    colors = Array(SceneColor.allCases.prefix(count))
    shapes = Array(SceneShape.allCases.prefix(count))
    let shapes = shapes
    // A diagonal that starts at the third shape: red triangle, green cross, …
    heldOutCombinations = colors.enumerated().map { SceneCombination($1, shapes[($0 + 2) % count]) }
  }

  /// All combinations, color by color.
  public var combinations: [SceneCombination] {
    colors.flatMap { color in shapes.map { SceneCombination(color, $0) } }
  }

  /// The combinations that training scenes are made of.
  public var trainingCombinations: [SceneCombination] {
    combinations.filter { !heldOutCombinations.contains($0) }
  }
}

/// The parts that all possible scenes of a world fall into. No scene is in two of them.
public enum SceneSplit: Int, Sendable, CaseIterable, CustomStringConvertible {
  /// For training: some four fifths of the scenes whose combinations are all seen.
  case training
  /// The rest: new scenes of seen combinations.
  case heldOut
  /// Scenes with at least one combination that no training scene has.
  case heldOutCombinations

  /// `training`, `held out` or `held-out combinations`.
  public var description: String {
    switch self {
    case .training: "training"
    case .heldOut: "held out"
    case .heldOutCombinations: "held-out combinations"
    }
  }
}

extension SceneWorld {
  /// The part that a scene belongs to, by its combinations and by a hash of its ``Scene/key``, whatever the seed.
  public func split(of scene: Scene) -> SceneSplit {
    if scene.objects.contains(where: { heldOutCombinations.contains($0.combination) }) { return .heldOutCombinations }
    return Self.isHeldOut(scene) ? .heldOut : .training
  }

  /// Whether a scene of seen combinations is kept from training.
  ///
  /// One thing of a combination makes 18 scenes, and chance might hold out none of them, so that the four with the
  /// lowest hashes are held out; of scenes with more things it is a fifth.
  private static func isHeldOut(_ scene: Scene) -> Bool {
    let hash = hash(scene.key)
    guard scene.objects.count == 1 else { return hash % 5 == 0 }
    let kinds = UInt64(SceneSize.allCases.count * ScenePlace.allCases.count)
    let first = (scene.key - 1) / kinds * kinds + 1
    return (first..<first + kinds).count { Self.hash($0) < hash } < 4
  }

  private static func hash(_ key: UInt64) -> UInt64 {
    var generator = SplitMix64(seed: key)
    return generator.next()
  }

  /// The combinations that a part's scenes are made of.
  func combinations(in split: SceneSplit) -> [SceneCombination] {
    split == .heldOutCombinations ? combinations : trainingCombinations
  }
}
