import Datasets
import ModelTasks
import Notebook
import Tensors

/// What kinds of words differ in wrong captions, and how often; a caption may be wrong in several.
func mistakeRows(_ mistakes: [(said: String, wanted: String)]) -> [[Cell]] {
  let kinds: [(name: String, words: Set<String>)] = [
    ("colour", Set(SceneColor.allCases.map(\.description))), ("shape", Set(SceneShape.allCases.map(\.description))),
    ("size", Set(SceneSize.allCases.map(\.description))),
  ]
  func differ(_ words: Set<String>, _ pair: (said: String, wanted: String)) -> Bool {
    sorted(words, pair.said) != sorted(words, pair.wanted)
  }
  let others = mistakes.count { pair in !kinds.contains { differ($0.words, pair) } }
  return kinds.map { kind in [.text(kind.name), .integer(mistakes.count { differ(kind.words, $0) })] }
    + [["none of these: place, relation, who is what", .integer(others)]]
}

/// The words of a caption that are among some, in alphabetical order.
func sorted(_ words: Set<String>, _ caption: String) -> [String] {
  SceneGrammar.words(of: caption).filter(words.contains).sorted()
}

/// The log-probability of a caption divided by a power of its length.
func lengthScore(_ caption: Captioning.Caption, _ power: Double) -> Double {
  let count = Double(caption.ids.count - 1)
  return Double(caption.score) * count / ElementaryDouble.pow(count, power)
}

extension String {
  /// The text with spaces behind it up to a width.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
