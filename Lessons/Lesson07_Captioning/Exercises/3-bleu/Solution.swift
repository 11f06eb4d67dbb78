import Foundation

/// How often each run of some words occurs in a text.
func counts(of words: [String], _ length: Int) -> [ArraySlice<String>: Int] {
  var counts: [ArraySlice<String>: Int] = [:]
  for start in 0..<max(words.count - length + 1, 0) { counts[words[start..<start + length], default: 0] += 1 }
  return counts
}

/// The BLEU score of texts, 0 to 1.
///
/// - Parameters:
///   - candidates: the texts, as words.
///   - references: as many, one for each.
///   - order: the longest n-grams that count.
func bleu(_ candidates: [[String]], references: [[String]], order: Int) -> Double {
  var product = 1.0
  for length in 1...order {
    // Added up over the corpus before anything is divided: a short text without a match does not make the score 0.
    var (matched, total) = (0, 0)
    for (candidate, reference) in zip(candidates, references) {
      let allowed = counts(of: reference, length)
      for (gram, count) in counts(of: candidate, length) {
        matched += min(count, allowed[gram] ?? 0)  // clipped
        total += count
      }
    }
    if matched == 0 { return 0 }
    product *= Double(matched) / Double(total)
  }
  let (c, r) = (candidates.reduce(0) { $0 + $1.count }, references.reduce(0) { $0 + $1.count })
  let penalty = c >= r ? 1 : exp(1 - Double(r) / Double(c))
  return penalty * pow(product, 1 / Double(order))
}
