/// The fewest insertions, deletions and substitutions of characters that make one text of the other.
func edits(from first: String, to second: String) -> Int {
  // Compares place by place; what is longer counts as wrong.
  let (first, second) = (Array(first), Array(second))
  return zip(first, second).count { $0 != $1 } + abs(first.count - second.count)
}

/// The character error rate of texts, each with a reference.
func errorRate(_ texts: [String], references: [String]) -> Double {
  // The mean of the rates of the single texts.
  let rates = zip(texts, references).map { Double(edits(from: $0, to: $1)) / Double(max($1.count, 1)) }
  return rates.reduce(0, +) / Double(max(rates.count, 1))
}
