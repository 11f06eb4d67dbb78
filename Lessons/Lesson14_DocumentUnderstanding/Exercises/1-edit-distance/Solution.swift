/// The fewest insertions, deletions and substitutions of characters that make one text of the other.
func edits(from first: String, to second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  if first.isEmpty || second.isEmpty { return max(first.count, second.count) }
  // table[i][j]: the distance of the first i characters of the one to the first j of the other.
  var table = (0...first.count).map { i in (0...second.count).map { j in i == 0 ? j : j == 0 ? i : 0 } }
  for i in 1...first.count {
    for j in 1...second.count {
      let substituted = table[i - 1][j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1)
      table[i][j] = min(substituted, table[i - 1][j] + 1, table[i][j - 1] + 1)
    }
  }
  return table[first.count][second.count]
}

/// The character error rate of texts, each with a reference.
func errorRate(_ texts: [String], references: [String]) -> Double {
  // Added up before anything is divided: an error counts the same in a short and in a long text.
  let wrong = zip(texts, references).reduce(0) { $0 + edits(from: $1.0, to: $1.1) }
  return Double(wrong) / Double(max(references.reduce(0) { $0 + $1.count }, 1))
}
