import Support
import Tensors

/// Changes parameters against their gradients.
public protocol Optimizer: AnyObject {
  /// How far a step goes; schedules change it.
  var learningRate: Double { get set }
  /// Changes every parameter that has a gradient.
  func step()
  /// Forgets the gradients.
  func zeroGrad()
}

// MARK: Methods

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

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019; `torch.optim.AdamW`).
public final class AdamW: Optimizer {
  private static let checks = OptimizerChecks(name: "AdamW")

  /// How far a step goes; not negative.
  public var learningRate: Double {
    didSet { Self.checks.requireNotNegative(learningRate, "the learning rate") }
  }
  private let betas: (Double, Double)
  private let epsilon: Double
  private let weightDecay: Double
  private let parameters: [Tensor]
  private var moments: [(mean: Tensor, square: Tensor)?]
  private var stepCounts: [Int]

  /// An optimizer of some parameters.
  ///
  /// - Parameters:
  ///   - parameters: what is changed: leaves, at least one, each once.
  ///   - learningRate: how far a step goes; not negative.
  ///   - betas: how much of the running means of gradients and of their squares is kept at each step; from 0 to less than 1.
  ///   - epsilon: added to the root of the mean square; not negative.
  ///   - weightDecay: the share, times the learning rate, that each parameter loses at each step; not negative.
  public init(
    _ parameters: [Tensor], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 1e-2
  ) {
    Self.checks.requireNotNegative(learningRate, "the learning rate")
    Self.checks.requireNotNegative(epsilon, "epsilon")
    Self.checks.requireShare(betas.0, "the first beta")
    Self.checks.requireShare(betas.1, "the second beta")
    Self.checks.requireNotNegative(weightDecay, "the weight decay")
    Self.checks.require(parameters)
    self.parameters = parameters
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    moments = parameters.map { _ in nil }
    stepCounts = parameters.map { _ in 0 }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    var updates: [AdamWUpdate] = []
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.grad else { continue }
      let (mean, square) = moments[index] ?? (.zeros(parameter.shape), .zeros(parameter.shape))
      moments[index] = (mean, square)
      stepCounts[index] += 1
      updates.append(
        AdamWUpdate(
          parameter: parameter, gradient: gradient, mean: mean, square: square,
          AdamWConstants(
            learningRate: learningRate, beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: weightDecay,
            correction1: 1 - power(betas.0, stepCounts[index]), correction2: 1 - power(betas.1, stepCounts[index]))))
    }
    AdamWUpdate.apply(updates)
  }

  /// Forgets the gradients.
  public func zeroGrad() { for parameter in parameters { parameter.grad = nil } }

  /// What the optimizer remembers of one parameter.
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
  /// from there: the given tensors are then changed in place. They are copied if their numbers do not lie in row-major
  /// order, or in memory that another one of them or a parameter uses.
  public var state: [Moments?] {
    get {
      zip(moments, stepCounts).map { moments, count in
        moments.map { Moments(stepCount: count, mean: $0.mean, square: $0.square) }
      }
    }
    set {
      if newValue.count != parameters.count {
        reportMisuse("AdamW", "a state of \(newValue.count) parameters for \(parameters.count)")
      }
      for case (let parameter, let new?) in zip(parameters, newValue)
      where new.mean.shape != parameter.shape || new.square.shape != parameter.shape {
        reportMisuse(
          "AdamW",
          "moments of shapes \(new.mean.shape) and \(new.square.shape) for a parameter of shape \(parameter.shape)")
      }
      var seen = Set(parameters.map { $0.memoryIdentity })
      moments = newValue.map { moments in
        moments.map { ($0.mean.asMemoryOfItsOwn(&seen), $0.square.asMemoryOfItsOwn(&seen)) }
      }
      stepCounts = newValue.map { $0?.stepCount ?? 0 }
    }
  }
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

// MARK: Checks and clipping

/// The checks that PyTorch's optimizers make of their settings.
struct OptimizerChecks {
  /// The optimizer's name in messages.
  let name: String

  /// Ends the program if a number is negative or NaN.
  func requireNotNegative(_ value: Double, _ what: String) {
    if !(value >= 0) { reportMisuse(name, "\(what) must be at least 0, not \(value)") }
  }

  /// Ends the program if a number is not within `0..<1`.
  func requireShare(_ value: Double, _ what: String) {
    if !(value >= 0 && value < 1) {
      reportMisuse(name, "\(what) must be at least 0 and less than 1, not \(value)")
    }
  }

  /// Ends the program if there are no parameters, one of them twice, or one that is the result of a computation. No step
  /// changes a tensor without a gradient.
  func require(_ parameters: [Tensor]) {
    if parameters.isEmpty { reportMisuse(name, "there are no parameters to train") }
    var indices: [ObjectIdentifier: Int] = [:]
    for (index, parameter) in parameters.enumerated() {
      if parameter.isComputed {
        reportMisuse(
          name,
          "parameter \(index), of shape \(parameter.shape), is the result of a computation; only leaves are trained, "
            + "as requiringGrad() makes them")
      }
      guard let identity = parameter.leafIdentity else { continue }
      if let first = indices.updateValue(index, forKey: identity) {
        reportMisuse(
          name,
          "parameters \(first) and \(index), of shape \(parameter.shape), are one and the same")
      }
    }
  }
}

/// Scales gradients down together so that their common Euclidean norm is at most `maxNorm`
/// (`torch.nn.utils.clip_grad_norm_`). A norm that is no number makes all gradients NaN, so that it is noticed.
///
/// - Parameter maxNorm: not negative.
/// - Returns: the norm before.
@discardableResult
public func clipGradNorm(_ parameters: [Tensor], maxNorm: Double) -> Float {
  if !(maxNorm >= 0) {
    reportMisuse("clipGradNorm", "the largest norm must be at least 0, not \(maxNorm)")
  }
  let gradients = parameters.compactMap { $0.grad }
  let norms = gradients.map { $0.sumOfSquares.squareRoot() }
  let total = norms.reduce(0) { $0 + $1 * $1 }.squareRoot()
  let factor = Float(maxNorm) / (total + 1e-6)
  // Written so that a NaN passes.
  if !(factor >= 1) {
    for parameter in parameters {
      if let gradient = parameter.grad { parameter.grad = noGrad { gradient * factor } }
    }
  }
  return total
}
