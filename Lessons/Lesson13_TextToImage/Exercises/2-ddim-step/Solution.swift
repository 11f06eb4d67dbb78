import Tensors

/// The shares of picture and noise at a time.
struct Shares {
  let signal, noise: Double
}

/// The noisy picture of an earlier time.
///
/// - Parameters:
///   - noisy: the picture at time t.
///   - noise: what the network takes for the noise in it, of the same shape.
///   - t: the shares now.
///   - s: the shares at the earlier time.
func step(_ noisy: Tensor, noise: Tensor, from t: Shares, to s: Shares) -> Tensor {
  // What is left without the noise is the picture, t.signal times; then both are mixed anew.
  let picture = (noisy - noise * Float(t.noise)) / Float(t.signal)
  return picture * Float(s.signal) + noise * Float(s.noise)
}
