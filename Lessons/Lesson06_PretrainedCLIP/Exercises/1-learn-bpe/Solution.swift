/// Two neighboring tokens.
struct Pair: Hashable {
  let left, right: Int
}

/// Each place where the pair stands, from the left, becomes one token.
func merge(_ tokens: [Int], _ pair: Pair, into token: Int) -> [Int] {
  tokens.reduce(into: []) { result, next in
    // A token that was merged just now is new, so it is no left part: "aaa" becomes (aa) a.
    if next == pair.right, result.last == pair.left {
      result[result.count - 1] = token
    } else {
      result.append(next)
    }
  }
}

/// The merges of a text, the first learned first; merge number k makes token 256 + k.
func learnMerges(_ text: [UInt8], count: Int) -> [Pair] {
  var tokens = text.map(Int.init)
  var merges: [Pair] = []
  while merges.count < count {
    // Counted anew each time: a merge takes pairs away and makes new ones, with the new token.
    let counts = Dictionary(zip(tokens, tokens.dropFirst()).map { (Pair(left: $0, right: $1), 1) }, uniquingKeysWith: +)
    let best = counts.max { ($0.value, -$0.key.left, -$0.key.right) < ($1.value, -$1.key.left, -$1.key.right) }
    guard let best, best.value > 1 else { break }
    tokens = merge(tokens, best.key, into: 256 + merges.count)
    merges.append(best.key)
  }
  return merges
}

/// A text as tokens: the merges replayed in their order.
func encode(_ text: [UInt8], _ merges: [Pair]) -> [Int] {
  merges.enumerated().reduce(text.map(Int.init)) { merge($0, $1.element, into: 256 + $1.offset) }
}

/// The bytes of tokens.
func decode(_ tokens: [Int], _ merges: [Pair]) -> [UInt8] {
  // The last merges may hold tokens of earlier ones, so they are undone first.
  merges.enumerated().reversed().reduce(tokens) { tokens, merge in
    tokens.flatMap { $0 == 256 + merge.offset ? [merge.element.left, merge.element.right] : [$0] }
  }.map { UInt8(truncatingIfNeeded: $0) }
}
