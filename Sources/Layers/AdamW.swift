import Tensors

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
