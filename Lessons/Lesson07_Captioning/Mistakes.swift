import Datasets
import Notebook

/// What a caption says of a scene, read back from its words.
struct CaptionMeaning {
  /// The things that it names, each as size, color and shape.
  let things: [[String]]
  /// The words between and behind them: relation, place or "and".
  private let rest: String

  init(_ caption: String) {
    let (sizes, colors, shapes) = (Self.sizes, Self.colors, Self.shapes)
    var (words, things, rest) = (SceneGrammar.words(of: caption)[...], [[String]](), [String]())
    while let word = words.first {
      let three = Array(words.prefix(3))
      if three.count == 3, sizes.contains(three[0]), colors.contains(three[1]), shapes.contains(three[2]) {
        things.append(three)
        words = words.dropFirst(3)
      } else {
        if !["a", "an", ",", "and"].contains(word) { rest.append(word) }
        words = words.dropFirst()
      }
    }
    self.things = things
    self.rest = rest.joined(separator: " ")
  }

  static let sizes = SceneSize.allCases.map(\.description)
  static let colors = SceneColor.allCases.map(\.description)
  static let shapes = SceneShape.allCases.map(\.description)

  /// Whether a scene has exactly the things that are named and they stand as it says; `nil` where a relation neither
  /// holds nor fails, as the things overlap in its direction.
  func holds(for scene: Scene) -> Bool? {
    let named = things.compactMap { thing in scene.objects.first { $0.phrase == thing.joined(separator: " ") } }
    guard named.count == things.count, Set(named).count == scene.objects.count, named.count == scene.objects.count
    else { return false }
    switch named.count {
    case 1: return rest == named[0].place.description
    case 2:
      guard let relation = SceneRelation.allCases.first(where: { $0.description == rest }) else { return false }
      return relation.holds(named[0], named[1])
    default: return rest.isEmpty
    }
  }
}

/// What can be wrong in a false caption.
enum MistakeKind: String, CaseIterable {
  case size = "a size"
  case color = "a color"
  case shape = "a shape"
  case count = "the number of things"
  case exchanged = "right words at the wrong things"
  case standing = "the things are right: relation or place"
}

/// A caption that is not the reference.
struct Mistake {
  let said, wanted: String
  /// `true`, `undecided` or `false`.
  let verdict: String
  /// What differs from the reference.
  let kinds: [MistakeKind]

  /// - Returns: nil if the caption is the reference.
  init?(scene: Scene, said: String) {
    let wanted = scene.canonicalCaption
    if said == wanted { return nil }
    self.said = said
    self.wanted = wanted
    let meaning = CaptionMeaning(said)
    verdict = meaning.holds(for: scene).map { $0 ? "true" : "false" } ?? "undecided"
    kinds = Self.kinds(meaning.things, CaptionMeaning(wanted).things)
  }

  private static func kinds(_ said: [[String]], _ wanted: [[String]]) -> [MistakeKind] {
    guard said.count == wanted.count else { return [.count] }
    let aligned = nearestOrder(of: said, to: wanted)
    let differing: [MistakeKind] = [.size, .color, .shape].enumerated().compactMap { index, kind in
      zip(aligned, wanted).contains { $0[index] != $1[index] } ? kind : nil
    }
    if differing.isEmpty { return [.standing] }
    let isSameWords = said.joined().sorted() == wanted.joined().sorted()
    return differing + (isSameWords ? [.exchanged] : [])
  }

  /// Things in the order in which the fewest words differ from others; the first such order.
  private static func nearestOrder(of things: [[String]], to others: [[String]]) -> [[String]] {
    func distance(_ order: [[String]]) -> Int {
      zip(order, others).reduce(0) { sum, pair in sum + zip(pair.0, pair.1).count { $0 != $1 } }
    }
    return permutations(things).min { distance($0) < distance($1) } ?? things
  }

  private static func permutations(_ things: [[String]]) -> [[[String]]] {
    if things.count < 2 { return [things] }
    return things.indices.flatMap { index in
      var rest = things
      let first = rest.remove(at: index)
      return permutations(rest).map { [first] + $0 }
    }
  }
}

/// A row of a table: how many captions are not the reference, and how many of these are true, undecided and false.
func verdictRow(_ name: String, _ asked: Int, _ mistakes: [Mistake]) -> [Cell] {
  [.text(name), .integer(asked), .integer(mistakes.count)]
    + ["true", "undecided", "false"].map { verdict in .integer(mistakes.count { $0.verdict == verdict }) }
}

/// Exact captions among those whose reference was read in training, and among the others.
struct Overlap {
  private(set) var read = (exact: 0, count: 0)
  private(set) var unread = (exact: 0, count: 0)

  init(_ scenes: [Scene], _ said: [String], _ captions: Set<String>) {
    for (scene, text) in zip(scenes, said) {
      let wanted = scene.canonicalCaption
      let exact = text == wanted ? 1 : 0
      if captions.contains(wanted) {
        read = (read.exact + exact, read.count + 1)
      } else {
        unread = (unread.exact + exact, unread.count + 1)
      }
    }
  }
}

/// Rows of a table, for each number of things: how many captions are among some and among more, and how many of those that
/// are, and of those that are not, were exact.
func overlapRows(
  _ name: String, _ scenes: [Scene], _ said: [String], _ some: Set<String>, _ more: Set<String>
) -> [[Cell]] {
  (1...3).map { count in
    let chosen = scenes.indices.filter { scenes[$0].objects.count == count }
    let parts = Overlap(chosen.map { scenes[$0] }, chosen.map { said[$0] }, more)
    return [
      .text(name), .integer(count), .integer(chosen.count),
      .integer(chosen.count { some.contains(scenes[$0].canonicalCaption) }), .integer(parts.read.count),
      .text("\(parts.read.exact) of \(parts.read.count)"), .text("\(parts.unread.exact) of \(parts.unread.count)"),
    ]
  }
}

/// What is true of two things: the relations that hold, each said from left to right or from top to bottom.
func truths(_ scene: Scene) -> String {
  let pairs = [(scene.objects[0], scene.objects[1]), (scene.objects[1], scene.objects[0])]
  return [SceneRelation.leftOf, .above].flatMap { relation in
    pairs.filter { relation.holds($0, $1) == true }.map { "the \($0.combination) is \(relation) the \($1.combination)" }
  }.joined(separator: ", ")
}
