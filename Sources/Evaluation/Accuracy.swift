import Datasets
import Support

/// The share of texts that are exactly their reference, 0 to 1.
///
/// - Parameters:
///   - candidates: at least one text.
///   - references: as many.
public func exactMatch(_ candidates: [String], references: [String]) -> Double {
  if candidates.isEmpty || candidates.count != references.count {
    reportMisuse(
      "exactMatch", "\(candidates.count) texts and \(references.count) references; there is one for each of 1 or more")
  }
  return Double(zip(candidates, references).count { $0 == $1 }) / Double(candidates.count)
}

extension [SceneQuestion] {
  /// The share of right answers, 0 to 1.
  ///
  /// - Parameter type: only questions of this type count; all by default.
  public func accuracy(of answers: [String], type: SceneQuestionType? = nil) -> Double {
    let counted = zip(self, answers).filter { type == nil || $0.0.type == type }
    return counted.isEmpty ? 0 : Double(counted.count { $0.answer == $1 }) / Double(counted.count)
  }
}

/// The mean of some numbers.
public func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
