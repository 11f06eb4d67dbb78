import Tensors

/// The shares of picture and noise after steps of noise.
///
/// - Parameter betas: the variance of the noise that each step adds.
func shares(after betas: [Double]) -> (signal: Double, noise: Double) {
  // A product of square roots is the square root of the product; the variances of picture and noise have the sum 1.
  let kept = betas.reduce(1) { $0 * (1 - $1) }
  return (kept.squareRoot(), (1 - kept).squareRoot())
}

/// The picture after steps of noise.
///
/// - Parameter epsilon: standard normal numbers of the picture's shape, which stand for the noise of all steps.
func noised(_ picture: Tensor, _ epsilon: Tensor, after betas: [Double]) -> Tensor {
  let (signal, noise) = shares(after: betas)
  return picture * Float(signal) + epsilon * Float(noise)
}
