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
  func isFinished(_ beam: Beam) -> Bool { beam.tokens.last == end || beam.tokens.count == limit }
  var (running, finished) = ([Beam()], [Beam]())
  while let best = running.first {
    // All beams are equally long, so their sums can be compared. More tokens only lower a sum: with enough texts
    // finished, a beam that is no better than the worst of them can no longer win.
    if finished.count >= width, best.score <= finished[width - 1].score { break }
    let candidates = running.flatMap { beam in
      next(beam.tokens).enumerated().map { Beam(tokens: beam.tokens + [$0], score: beam.score + $1) }
    }
    let ranked = candidates.sorted { $0.score > $1.score }
    finished += ranked.prefix(width).filter(isFinished)
    finished.sort { $0.score > $1.score }
    running = Array(ranked.filter { !isFinished($0) }.prefix(width))
  }
  return finished
}
