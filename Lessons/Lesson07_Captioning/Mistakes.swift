import Datasets
import Notebook
import Pretrained
import Tensors

/// A wrong caption, the one that was wanted, and whether that has a new pair of color and shape.
private struct Mistake {
  let said, wanted: String
  let isOfNewPair: Bool

  /// Whether the two differ in words of a kind, wherever these stand.
  func differs(in words: Set<String>) -> Bool { sorted(words, said) != sorted(words, wanted) }
}

/// Prints some wrong captions, what kinds of words differ in them, and what follows.
///
/// - Parameters:
///   - said: the captions of each list of each split.
///   - wanted: the right ones.
func mistakes(
  _ said: [[[String]]], _ wanted: [[[String]]], _ splits: [SceneSplit], file: String = #fileID, line: Int = #line
) {
  let all = zip(splits, zip(said, wanted)).flatMap { split, texts in
    zip(texts.0.joined(), texts.1.joined()).map {
      Mistake(said: $0, wanted: $1, isOfNewPair: split == .heldOutCombinations)
    }
  }
  let wrong = all.filter { $0.said != $0.wanted }
  show("Wrong captions", wrong.count, note: "of \(all.count)", file: file, line: line)
  table(
    ["the captioner", "the reference"], wrong.prefix(6).map { [.text($0.said), .text($0.wanted)] }, file: file,
    line: line)
  let kinds: [(name: String, words: Set<String>)] = [
    ("color", Set(SceneColor.allCases.map(\.description))), ("shape", Set(SceneShape.allCases.map(\.description))),
    ("size", Set(SceneSize.allCases.map(\.description))),
  ]
  func row(_ name: String, _ mistakes: [Mistake]) -> [Cell] {
    [.text(name), .integer(mistakes.count { !$0.isOfNewPair }), .integer(mistakes.count { $0.isOfNewPair })]
  }
  let others = wrong.filter { mistake in !kinds.contains { mistake.differs(in: $0.words) } }
  table(
    ["wrong captions in which differs", "\(splits[0])", "\(splits[1])"],
    kinds.map { kind in row(kind.name, wrong.filter { $0.differs(in: kind.words) }) }
      + [row("none of these: place, relation, order", others), row("all", wrong)], file: file, line: line)
  let (colors, shapes) = (kinds[0].words, kinds[1].words)
  note(
    """
    \(wrong.count { $0.differs(in: shapes) }) of the \(wrong.count) wrong captions name a wrong shape and \
    \(wrong.count { $0.differs(in: colors) }) a wrong color, and \(wrong.count { $0.isOfNewPair }) are of scenes with \
    a new pair of the two. A color can be read off any patch of a thing; a shape lies across patches, and the model \
    has not quite learned to see it apart from the colors that it came in.
    """, file: file, line: line)
}

/// The words of a caption that are among some, in alphabetical order.
func sorted(_ words: Set<String>, _ caption: String) -> [String] {
  SceneGrammar.words(of: caption).filter(words.contains).sorted()
}
