import Datasets
import Evaluation
import Notebook
import Pretrained

/// Scenes of two parts, a list for each of some seeds, with their canonical captions.
struct SceneLists {
  /// Scenes of known pairs of color and shape, and scenes with new pairs.
  let known, new: [[Scene]]

  /// So many scenes from each seed.
  init(seeds: [Int], count: Int) {
    known = seeds.map { Scenes(split: .heldOut, seed: $0).prefix(count) }
    new = seeds.map { Scenes(split: .heldOutCombinations, seed: $0).prefix(count) }
  }

  /// What a method says of all of them.
  func described(by describe: ([Scene]) throws -> [String]) rethrows -> Descriptions {
    Descriptions(lists: self, known: try known.map(describe), new: try new.map(describe))
  }
}

/// What a method said of scenes, beside what was wanted.
struct Descriptions {
  let lists: SceneLists
  let known, new: [[String]]

  private func wanted(_ lists: [[Scene]]) -> [[String]] { lists.map { $0.map(\.canonicalCaption) } }

  /// The share of captions that are right word for word, 0 to 1.
  var exact: Double { exactMatch(known.flatMap { $0 }, references: wanted(lists.known).flatMap { $0 }) }
  /// The same for scenes with new pairs of color and shape.
  var exactOfNew: Double { exactMatch(new.flatMap { $0 }, references: wanted(lists.new).flatMap { $0 }) }

  /// The share of exact captions in each list.
  var exactOfEach: [Double] { zip(known, wanted(lists.known)).map { exactMatch($0, references: $1) } }
  /// The same for scenes with new pairs of color and shape.
  var exactOfEachNew: [Double] { zip(new, wanted(lists.new)).map { exactMatch($0, references: $1) } }

  /// The share of exact captions among scenes of so many things.
  func exact(things: Int) -> Double {
    let pairs = zip(lists.known.joined(), known.joined()).filter { $0.0.objects.count == things }
    return exactMatch(pairs.map(\.1), references: pairs.map(\.0.canonicalCaption))
  }

  /// A row of a table: exact matches, those of each list, and BLEU-4, for both parts.
  func row(_ name: String, parameters: Int?) -> [Cell] {
    [.text(name), parameters.map { .integer($0) } ?? "-"]
      + [(known, wanted(lists.known)), (new, wanted(lists.new))].flatMap { said, wanted in
        let each = zip(said, wanted).map { Format.percent(exactMatch($0, references: $1), decimals: 0) }
        let (all, references) = (said.flatMap { $0 }, wanted.flatMap { $0 })
        return [
          Cell.percent(exactMatch(all, references: references), decimals: 1), .text(each.joined(separator: " ")),
          .fixed(BLEU(all, references: references).score(), decimals: 3),
        ]
      }
  }
}

/// Rows of a table: the parameters of the parts of two BLIP-2s, and what becomes of each part in both stages.
func partRows(_ ours: BLIP2ParameterCounts, _ theirs: BLIP2ParameterCounts) -> [[Cell]] {
  let parts: [(name: String, count: KeyPath<BLIP2ParameterCounts, Int>, one: String, two: String)] = [
    ("image encoder", \.vision, "frozen", "frozen"), ("queries", \.queries, "trained", "trained"),
    ("Q-Former", \.queryTransformer, "trained", "trained"), ("projection", \.projection, "not there", "trained"),
    ("language model", \.language, "not there", "frozen"), ("all", \.total, "", ""),
    ("of these trained", \.trained, "", ""),
  ]
  return parts.map {
    [
      .text($0.name), .integer(ours[keyPath: $0.count]), .integer(theirs[keyPath: $0.count]), .text($0.one),
      .text($0.two),
    ]
  }
}

/// Rows of a table: the share of exact captions among scenes of one, two and three things.
func thingsRows(_ methods: [(name: String, said: Descriptions)]) -> [[Cell]] {
  methods.map { method in
    [.text(method.name)] + (1...3).map { .percent(method.said.exact(things: $0), decimals: 1) }
  }
}

/// With how many things a method is least often exact, in words; of equals the fewer.
func hardest(_ said: Descriptions) -> String {
  let worst = (1...3).min { said.exact(things: $0) < said.exact(things: $1) } ?? 1
  return "\(["one", "two", "three"][worst - 1]) (\(Format.percent(said.exact(things: worst), decimals: 1)) exact)"
}

/// The pairs of color and shape that a caption names, such as `red circle`.
func colorsWithShapes(in caption: String) -> [String] {
  let words = SceneGrammar.words(of: caption)
  let (colors, shapes) = (SceneColor.allCases.map(\.description), SceneShape.allCases.map(\.description))
  return zip(words, words.dropFirst()).filter { colors.contains($0) && shapes.contains($1) }.map { "\($0) \($1)" }
}
