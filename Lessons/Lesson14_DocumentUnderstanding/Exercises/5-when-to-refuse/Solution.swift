/// A field that was read.
struct ReadField {
  let probability: Float
  let isRight: Bool
}

/// The threshold that keeps the most fields while at most a share of the kept ones is wrong.
///
/// - Returns: the probability of one of the fields; `nil` if no threshold will do.
func threshold(_ fields: [ReadField], errorRate: Double) -> Float? {
  let sorted = fields.sorted { $0.probability > $1.probability }
  var (wrong, best) = (0, Float?.none)
  for (place, field) in sorted.enumerated() {
    wrong += field.isRight ? 0 : 1
    // Fields of equal probability are kept together or not at all.
    if place + 1 < sorted.count, sorted[place + 1].probability == field.probability { continue }
    // The share may fall again further down, so the last place that fits keeps the most.
    if Double(wrong) <= errorRate * Double(place + 1) { best = field.probability }
  }
  return best
}
