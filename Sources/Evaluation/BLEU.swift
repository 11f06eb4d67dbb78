import Datasets
import Support
import Tensors

/// The corpus BLEU score of texts against references (Papineni et al. 2002), without smoothing.
///
/// Matches are clipped by the most often that any one reference has the n-gram, counts are added up over all texts, and
/// too short texts pay the brevity penalty exp(1 - r / c), where r adds up the lengths of the references nearest in
/// length (ties go to the shorter).
public struct BLEU: Sendable, Equatable {
  /// The clipped precisions of 1-grams to 4-grams; 0 where there is no n-gram.
  public let precisions: [Double]
  /// The factor for shortness, 1 if the texts are long enough.
  public let brevityPenalty: Double
  /// The words of all texts, and of the references nearest in length.
  public let candidateLength, referenceLength: Int

  /// The score of texts as words, each with one or more references.
  public init(_ candidates: [[String]], references: [[[String]]]) {
    if candidates.count != references.count {
      reportMisuse("BLEU", "\(candidates.count) texts, but references for \(references.count)")
    }
    if let lonely = references.firstIndex(where: \.isEmpty) { reportMisuse("BLEU", "text \(lonely) has no reference") }
    var (matched, total) = ([0, 0, 0, 0], [0, 0, 0, 0])
    var nearest = 0
    for (candidate, references) in zip(candidates, references) {
      nearest +=
        references.map(\.count).min { left, right in
          let (first, second) = (abs(left - candidate.count), abs(right - candidate.count))
          return first == second ? left < right : first < second
        } ?? 0
      for length in 1...4 {
        let allowed = references.map { Self.counts(of: $0, length) }
        for (gram, count) in Self.counts(of: candidate, length) {
          matched[length - 1] += min(count, allowed.map { $0[gram] ?? 0 }.max() ?? 0)
          total[length - 1] += count
        }
      }
    }
    precisions = zip(matched, total).map { $1 == 0 ? 0 : Double($0) / Double($1) }
    candidateLength = candidates.reduce(0) { $0 + $1.count }
    referenceLength = nearest
    brevityPenalty = Self.penalty(candidateLength, referenceLength)
  }

  /// The score of texts with one reference each; words are those of ``SceneGrammar/words(of:)``.
  public init(_ candidates: [String], references: [String]) {
    self.init(
      candidates.map { SceneGrammar.words(of: $0) }, references: references.map { [SceneGrammar.words(of: $0)] })
  }

  /// BLEU-`order`, 0 to 1: the geometric mean of the first precisions times the brevity penalty.
  ///
  /// - Parameter order: 1 to 4.
  public func score(_ order: Int = 4) -> Double {
    if !(1...4).contains(order) { reportMisuse("BLEU.score", "the order is 1 to 4, not \(order)") }
    let product = precisions.prefix(order).reduce(1, *)
    if product == 0 { return 0 }
    return brevityPenalty * (product == 1 ? 1 : ElementaryDouble.pow(product, 1 / Double(order)))
  }

  private static func penalty(_ length: Int, _ reference: Int) -> Double {
    if length >= reference { return 1 }
    if length == 0 { return 0 }
    return ElementaryDouble.exp(1 - Double(reference) / Double(length))
  }

  private static func counts(of words: [String], _ length: Int) -> [ArraySlice<String>: Int] {
    var counts: [ArraySlice<String>: Int] = [:]
    for start in 0..<max(words.count - length + 1, 0) { counts[words[start..<start + length], default: 0] += 1 }
    return counts
  }
}
