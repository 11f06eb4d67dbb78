import Tensors

/// The largest threshold that at least this share of the scores reaches.
func threshold(keeping share: Double, of scores: [Float]) -> Float {
  // The score of the last one that must pass. At least one must, even for a share of 0.
  let passing = max(Int((Double(scores.count) * share).rounded(.up)), 1)
  return scores.sorted(by: >)[passing - 1]
}

/// For each picture the text with the largest cosine, or nil for "none of these".
func answers(_ cosines: Tensor, threshold: Float) -> [Int?] {
  let (values, indices) = cosines.max(dim: 1)
  // The value decides whether, the place decides what.
  return zip(values.scalars, indices.scalars).map { $0 >= threshold ? $1 : nil }
}
