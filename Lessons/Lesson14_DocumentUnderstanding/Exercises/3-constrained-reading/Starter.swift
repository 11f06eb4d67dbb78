/// Greedy search that chooses only among allowed tokens.
///
/// - Parameters:
///   - next: the score of each token of the vocabulary after given tokens.
///   - allowed: the tokens that may follow given tokens.
///   - end: the token that ends a text.
///   - limit: the most tokens of a text.
/// - Returns: the tokens, with `end` if it was reached.
func constrained(next: ([Int]) -> [Float], allowed: ([Int]) -> Set<Int>, end: Int, limit: Int) -> [Int] {
  var tokens: [Int] = []
  while tokens.last != end && tokens.count < limit {
    let scores = next(tokens)
    tokens.append(scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 })
  }
  // What the grammar does not allow is thrown away at the end.
  return tokens.indices.filter { allowed(Array(tokens[..<$0])).contains(tokens[$0]) }.map { tokens[$0] }
}
