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
  // Only takes away the difference of the noises: the picture's share stays as it was.
  noisy - noise * Float(t.noise - s.noise)
}
