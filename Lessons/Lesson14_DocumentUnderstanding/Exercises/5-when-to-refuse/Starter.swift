/// A field that was read.
struct ReadField {
  let probability: Float
  let isRight: Bool
}

/// The threshold that keeps the most fields while at most a share of the kept ones is wrong.
///
/// - Returns: the probability of one of the fields; `nil` if no threshold will do.
func threshold(_ fields: [ReadField], errorRate: Double) -> Float? {
  // Above the surest mistake everything is right.
  let surestMistake = fields.filter { !$0.isRight }.map(\.probability).max() ?? -1
  return fields.map(\.probability).filter { $0 > surestMistake }.min()
}
