import Tensors

/// The cosine of the angle between two vectors; 0 if one of them is zero.
func cosine(_ a: Tensor, _ b: Tensor) -> Float {
  let lengths = ((a * a).sum() * (b * b).sum()).sqrt().item
  // A vector of zeros has no direction; 0 / 0 would be no number, and spoil every sum that it gets into.
  return lengths == 0 ? 0 : (a * b).sum().item / lengths
}

/// The cosines with a caption of a picture's vector, for the full picture and for half of it.
///
/// - Parameters:
///   - picture: `[P]`.
///   - caption: `[D]`.
///   - weight: of the map from pictures into the space, `[D, P]`.
///   - bias: of the same map, `[D]`.
func contrastCosines(picture: Tensor, caption: Tensor, weight: Tensor, bias: Tensor?) -> (full: Float, half: Float) {
  func similarity(_ picture: Tensor) -> Float {
    let vector = weight.matmul(picture)
    return cosine(bias.map { vector + $0 } ?? vector, caption)
  }
  // The picture is halved, not its vector: only without bias are these the same.
  return (similarity(picture), similarity(picture * 0.5))
}
