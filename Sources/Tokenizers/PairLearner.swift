/// Learns which neighboring tokens to merge: byte pair encoding's training (Sennrich et al. 2016, algorithm 1).
///
/// The pair that occurs most often in the corpus becomes a token, again and again. Of pairs that occur equally often the
/// one whose left token has the lower id is taken, then the one whose right token has: the rule of Hugging Face's
/// tokenizers, and a total order, so the result depends on nothing but the corpus.
struct PairLearner {
  /// The tokens so far; entries are numbered like ids.
  private(set) var tokens: ByteStringTable
  /// The pairs of ids in the order in which they were learned.
  private(set) var merges: [(left: Int, right: Int)] = []
  /// Each different word once, as ids, with the number of times it occurs.
  private var words: [(symbols: [Int], count: Int)] = []

  /// Merging a pair that occurs only once would learn a word by heart and spare no token.
  static let minimumCount = 2

  init(alphabet: [String]) {
    tokens = ByteStringTable(minimumCapacity: alphabet.count)
    for token in alphabet { tokens.insert(token) }
  }

  /// Adds a word of the corpus; characters that the alphabet lacks become tokens.
  mutating func add(_ word: [String], count: Int) {
    words.append((word.map { tokens.insert($0) }, count))
  }

  /// Learns until there are `limit` tokens, or until no pair occurs often enough.
  ///
  /// - Parameter join: spells the token that a pair becomes.
  mutating func learn(limit: Int, join: (String, String) -> String) {
    while tokens.count < limit, let pair = mostFrequentPair() {
      let merged = tokens.insert(join(spelling(pair.left), spelling(pair.right)))
      merges.append(pair)
      for index in words.indices { Self.merge(pair, into: merged, in: &words[index].symbols) }
    }
  }

  /// The text of a token.
  func spelling(_ id: Int) -> String { String(decoding: tokens[id], as: UTF8.self) }

  private struct Pair: Hashable {
    let left, right: Int
  }

  private func mostFrequentPair() -> (left: Int, right: Int)? {
    var counts: [Pair: Int] = [:]
    for (symbols, count) in words {
      for (left, right) in zip(symbols, symbols.dropFirst()) {
        counts[Pair(left: left, right: right), default: 0] += count
      }
    }
    // The order of a dictionary is random, but this maximum is unique.
    let best = counts.max { ($0.value, -$0.key.left, -$0.key.right) < ($1.value, -$1.key.left, -$1.key.right) }
    guard let best, best.value >= Self.minimumCount else { return nil }
    return (best.key.left, best.key.right)
  }

  private static func merge(_ pair: (left: Int, right: Int), into merged: Int, in symbols: inout [Int]) {
    var result: [Int] = []
    result.reserveCapacity(symbols.count)
    for symbol in symbols {
      // A symbol that was merged just now is no left part: its id is new.
      if symbol == pair.right, result.last == pair.left {
        result[result.count - 1] = merged
      } else {
        result.append(symbol)
      }
    }
    symbols = result
  }
}
