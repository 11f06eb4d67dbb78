/// What a question is about.
public enum SceneQuestionType: Int, Sendable, CaseIterable, CustomStringConvertible {
  case color
  case shape
  case count
  case existence
  case relation

  /// `color`, `shape`, `count`, `existence` or `relation`.
  public var description: String {
    switch self {
    case .color: "color"
    case .shape: "shape"
    case .count: "count"
    case .existence: "existence"
    case .relation: "relation"
    }
  }
}

/// The meaning of a question, apart from its wording and from a scene.
public enum SceneQuery: Sendable, Hashable {
  /// What color the only thing of a shape has.
  case color(of: SceneShape)
  /// What shape the only thing of a color has.
  case shape(of: SceneColor)
  /// How many things there are.
  case count
  /// How many things of a shape there are.
  case countShape(SceneShape)
  /// How many things of a color there are.
  case countColor(SceneColor)
  /// Whether there is a thing of a color and shape.
  case exists(SceneCombination)
  /// Whether the first thing stands so to the second.
  case relation(SceneRelation, SceneCombination, SceneCombination)

  /// What it asks about.
  public var type: SceneQuestionType {
    switch self {
    case .color: .color
    case .shape: .shape
    case .count, .countShape, .countColor: .count
    case .exists: .existence
    case .relation: .relation
    }
  }

  /// The true answer for a scene, or nil if the scene has none: no such thing, more than one, or no clear relation.
  public func answer(for scene: Scene) -> String? {
    switch self {
    case .color(let shape):
      let things = scene.objects.filter { $0.shape == shape }
      return things.count == 1 ? "\(things[0].color)" : nil
    case .shape(let color):
      let things = scene.objects.filter { $0.color == color }
      return things.count == 1 ? "\(things[0].shape)" : nil
    case .count: return "\(scene.objects.count)"
    case .countShape(let shape): return "\(scene.objects.count { $0.shape == shape })"
    case .countColor(let color): return "\(scene.objects.count { $0.color == color })"
    case .exists(let combination): return scene.object(combination) == nil ? "no" : "yes"
    case .relation(let relation, let first, let second):
      guard let first = scene.object(first), let second = scene.object(second) else { return nil }
      return relation.holds(first, second).map { $0 ? "yes" : "no" }
    }
  }

  /// Its wordings.
  public func texts(_ wordings: SceneWordings) -> [String] {
    switch (self, wordings) {
    case (.color(let shape), .training): ["what color is the \(shape)?", "what is the color of the \(shape)?"]
    case (.color(let shape), .heldOut): ["the \(shape) is what color?"]
    case (.shape(let color), .training):
      ["what shape is the \(color) object?", "what is the shape of the \(color) object?"]
    case (.shape(let color), .heldOut): ["the \(color) object is what shape?"]
    case (.count, _): Self.countTexts("objects", wordings)
    case (.countShape(let shape), _): Self.countTexts(shape.plural, wordings)
    case (.countColor(let color), _): Self.countTexts("\(color) objects", wordings)
    case (.exists(let combination), .training):
      ["is there ", "does the picture show "].map { $0 + SceneGrammar.withArticle("\(combination)") + "?" }
    case (.exists(let combination), .heldOut):
      ["is there \(SceneGrammar.withArticle("\(combination)")) in the picture?"]
    case (.relation(let relation, let first, let second), .training):
      ["", "in the picture, "].map { "\($0)is the \(first) \(relation) the \(second)?" }
    case (.relation(let relation, let first, let second), .heldOut):
      ["is the \(first) \(relation) the \(second) in the picture?"]
    }
  }

  private static func countTexts(_ things: String, _ wordings: SceneWordings) -> [String] {
    switch wordings {
    case .training: ["how many \(things) are there?", "how many \(things) are in the picture?"]
    case .heldOut: ["how many \(things) are there in the picture?"]
    }
  }

  /// All answers, an index of which is a class: colors, shapes, numbers from 0 to 3, yes and no.
  public static let answers =
    SceneColor.allCases.map(\.description) + SceneShape.allCases.map(\.description)
    + (0...3).map { "\($0)" } + ["yes", "no"]
}

/// A question about a scene, with its true answer.
public struct SceneQuestion: Sendable, Hashable {
  /// The scene.
  public let scene: Scene
  /// Its meaning.
  public let query: SceneQuery
  /// The words, in small letters, with a question mark.
  public let text: String
  /// The true answer, one of ``SceneQuery/answers``.
  public let answer: String

  /// What it asks about.
  public var type: SceneQuestionType { query.type }
  /// The answer's place in ``SceneQuery/answers``.
  public var answerIndex: Int { SceneQuery.answers.firstIndex(of: answer) ?? 0 }
}
