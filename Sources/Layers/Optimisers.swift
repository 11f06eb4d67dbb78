import Tensors

/// Changes parameters against their gradients.
public protocol Optimiser: AnyObject {
  /// How far a step goes; schedules change it.
  var learningRate: Double { get set }
  /// Changes every parameter that has a gradient.
  func step()
  /// Forgets the gradients.
  func zeroGrad()
}

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019; `torch.optim.AdamW`).
public final class AdamW: Optimiser {
  public var learningRate: Double
  private let betas: (Double, Double)
  private let epsilon: Double
  private let weightDecay: Double
  private let parameters: [Tensor]
  private var moments: [(mean: Tensor, square: Tensor)?]
  private var stepCounts: [Int]

  /// - Parameters:
  ///   - betas: how much of the running means of gradients and of their squares is kept at each step.
  ///   - epsilon: added to the root of the mean square.
  ///   - weightDecay: the share, times the learning rate, that each parameter loses at each step.
  public init(
    _ parameters: [Tensor], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 1e-2
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    moments = parameters.map { _ in nil }
    stepCounts = parameters.map { _ in 0 }
  }

  public func step() {
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.grad else { continue }
      let (mean, square) = moments[index] ?? (.zeros(parameter.shape), .zeros(parameter.shape))
      moments[index] = (mean, square)
      stepCounts[index] += 1
      parameter.adamWStep(
        gradient: gradient, mean: mean, square: square,
        AdamWConstants(
          learningRate: learningRate, beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: weightDecay,
          correction1: 1 - power(betas.0, stepCounts[index]), correction2: 1 - power(betas.1, stepCounts[index])))
    }
  }

  public func zeroGrad() { for parameter in parameters { parameter.grad = nil } }

  /// What the optimiser remembers of one parameter.
  public struct Moments {
    /// How many steps changed the parameter.
    public let stepCount: Int
    /// The running mean of its gradients.
    public let mean: Tensor
    /// The running mean of their squares.
    public let square: Tensor

    /// Puts together what was saved.
    public init(stepCount: Int, mean: Tensor, square: Tensor) {
      self.stepCount = stepCount
      self.mean = mean
      self.square = square
    }
  }

  /// What it remembers of each parameter, in their order; `nil` for one that no step has changed yet. Setting it goes on
  /// from there: the given tensors are then changed in place.
  public var state: [Moments?] {
    get {
      zip(moments, stepCounts).map { moments, count in
        moments.map { Moments(stepCount: count, mean: $0.mean, square: $0.square) }
      }
    }
    set {
      precondition(
        newValue.count == parameters.count
          && zip(parameters, newValue).allSatisfy { parameter, moments in
            moments.map { $0.mean.shape == parameter.shape && $0.square.shape == parameter.shape } ?? true
          }, "AdamW: a state of other parameters")
      moments = newValue.map { moments in moments.map { ($0.mean, $0.square) } }
      stepCounts = newValue.map { $0?.stepCount ?? 0 }
    }
  }
}

/// Stochastic gradient descent with momentum (`torch.optim.SGD`).
public final class SGD: Optimiser {
  public var learningRate: Double
  private let momentum: Double
  private let dampening: Double
  private let weightDecay: Double
  private let isNesterov: Bool
  private let parameters: [Tensor]
  private var velocities: [Tensor?]

  /// - Parameters:
  ///   - momentum: how much of the last step's direction is kept.
  ///   - dampening: how much of the gradient is left out of the momentum.
  ///   - weightDecay: added to the gradient, times the parameter (an L2 penalty).
  ///   - isNesterov: whether to look ahead by one step of momentum (Sutskever et al. 2013).
  public init(
    _ parameters: [Tensor], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
    weightDecay: Double = 0, isNesterov: Bool = false
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
    velocities = parameters.map { _ in nil }
  }

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

  public func zeroGrad() { for parameter in parameters { parameter.grad = nil } }
}

/// Scales gradients down together so that their common Euclidean norm is at most `maxNorm`
/// (`torch.nn.utils.clip_grad_norm_`).
///
/// - Returns: the norm before.
@discardableResult
public func clipGradNorm(_ parameters: [Tensor], maxNorm: Double) -> Float {
  let gradients = parameters.compactMap { $0.grad }
  let norms = gradients.map { $0.sumOfSquares.squareRoot() }
  let total = norms.reduce(0) { $0 + $1 * $1 }.squareRoot()
  let factor = Float(maxNorm) / (total + 1e-6)
  if factor < 1 {
    for parameter in parameters {
      if let gradient = parameter.grad { parameter.grad = noGrad { gradient * factor } }
    }
  }
  return total
}

/// A whole power, by repeated squaring.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}
