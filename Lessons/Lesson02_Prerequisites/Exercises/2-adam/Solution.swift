import Tensors

/// Adam with weight decay, in the gradient or decoupled from it.
struct Adam {
  let rate: Float
  let decay: Float
  let isDecoupled: Bool
  private var mean = Tensor(0)
  private var square = Tensor(0)
  private var kept: (Float, Float) = (1, 1)  // 0.9 and 0.999 to the power of the steps

  init(rate: Float, decay: Float = 0, isDecoupled: Bool = true) {
    self.rate = rate
    self.decay = decay
    self.isDecoupled = isDecoupled
  }

  /// The weights after one step against their gradient.
  mutating func step(_ weights: Tensor, gradient: Tensor) -> Tensor {
    let gradient = isDecoupled ? gradient : gradient + decay * weights
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient * gradient
    kept = (kept.0 * 0.9, kept.1 * 0.999)
    // Means that began at 0 are too small by these factors.
    let move = rate * (mean / (1 - kept.0)) / ((square / (1 - kept.1)).sqrt() + 1e-8)
    return (isDecoupled ? weights * (1 - rate * decay) : weights) - move
  }
}
