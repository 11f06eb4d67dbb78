import Tensors

/// Stochastic gradient descent with momentum (`torch.optim.SGD`).
public final class SGD: Optimizer {
  private static let checks = OptimizerChecks(name: "SGD")

  /// How far a step goes; not negative.
  public var learningRate: Double {
    didSet { Self.checks.requireNotNegative(learningRate, "the learning rate") }
  }
  private let momentum: Double
  private let dampening: Double
  private let weightDecay: Double
  private let isNesterov: Bool
  private let parameters: [Tensor]
  private var velocities: [Tensor?]

  /// An optimizer of some parameters.
  ///
  /// - Parameters:
  ///   - parameters: what is changed: leaves, at least one, each once.
  ///   - learningRate: how far a step goes; not negative.
  ///   - momentum: how much of the last step's direction is kept; not negative.
  ///   - dampening: how much of the gradient is left out of the momentum.
  ///   - weightDecay: added to the gradient, times the parameter (an L2 penalty); not negative.
  ///   - isNesterov: whether to look ahead by one step of momentum (Sutskever et al. 2013).
  public init(
    _ parameters: [Tensor], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
    weightDecay: Double = 0, isNesterov: Bool = false
  ) {
    Self.checks.requireNotNegative(learningRate, "the learning rate")
    Self.checks.requireNotNegative(momentum, "the momentum")
    Self.checks.requireNotNegative(weightDecay, "the weight decay")
    if dampening.isNaN { reportMisuse("SGD", "the dampening is not a number") }
    if isNesterov && (momentum <= 0 || dampening != 0) {
      reportMisuse(
        "SGD", "Nesterov's method needs a momentum and no dampening, not \(momentum) and \(dampening)")
    }
    Self.checks.require(parameters)
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
    velocities = parameters.map { _ in nil }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    for (index, parameter) in parameters.enumerated() {
      guard var direction = parameter.grad else { continue }
      if weightDecay != 0 { direction = noGrad { direction + parameter.detached() * Float(weightDecay) } }
      if momentum != 0 {
        if let velocity = velocities[index] {
          velocity.scaleAndAdd(keep: Float(momentum), direction, factor: Float(1 - dampening))
        } else {
          let first = Tensor.zeros(parameter.shape)
          first.assign(direction)
          velocities[index] = first
        }
        if let velocity = velocities[index] {
          direction = isNesterov ? noGrad { direction + velocity * Float(momentum) } : velocity
        }
      }
      parameter.scaleAndAdd(keep: 1, direction, factor: Float(-learningRate))
    }
  }

  /// Forgets the gradients.
  public func zeroGrad() { for parameter in parameters { parameter.grad = nil } }
}
