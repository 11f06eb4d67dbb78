import Notebook
import Tokenizers

/// Byte pair encoding of one word, written out to be read; the library's tokenizer does the same faster.
struct BytePairs {
  private struct Pair: Hashable { let left, right: String }
  private let ranks: [Pair: Int]

  /// How a word looks after a merge, and the merge's place in the list; none before the first one.
  typealias State = (symbols: [String], rank: Int?)

  /// An encoding by pairs in the order in which they were learned.
  init(_ merges: [(left: String, right: String)]) {
    ranks = Dictionary(uniqueKeysWithValues: merges.enumerated().map { (Pair(left: $1.left, right: $1.right), $0) })
  }

  /// The symbols of a word of small letters at first and after each merge.
  ///
  /// Each time the pair of neighbors that was learned first is merged; if it occurs twice, at its left place.
  func callAsFunction(_ word: String) -> [State] {
    var symbols = word.map(String.init)
    symbols[symbols.count - 1] += "</w>"
    var states: [State] = [(symbols, nil)]
    while true {
      let pairs = zip(symbols, symbols.dropFirst()).enumerated().compactMap { place, pair in
        ranks[Pair(left: pair.0, right: pair.1)].map { (rank: $0, place: place) }
      }
      guard let first = pairs.min(by: { $0 < $1 }) else { return states }
      symbols.replaceSubrange(first.place...first.place + 1, with: [symbols[first.place] + symbols[first.place + 1]])
      states.append((symbols, first.rank))
    }
  }
}

/// The tokens of a word in several tokenizers.
func tokenRow(_ word: String, _ tokenizers: [any Tokenizer]) -> [Cell] {
  [.text(word)] + tokenizers.map { .text($0.encode(word, addSpecialTokens: false).tokens.joined(separator: " ")) }
}
