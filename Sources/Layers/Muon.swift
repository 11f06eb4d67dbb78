import Support
import Tensors

/// Momentum whose step is made orthogonal, for the weight matrices inside a network (Jordan et al. 2024; Liu et al. 2025;
/// `torch.optim.Muon`).
///
/// A matrix's gradient is often a sum of a few long directions and many short ones, and a step along it changes mainly the
/// few. Muon keeps the directions and makes all but very short ones about equally long. Vectors, embeddings and the first
/// and last layer of a network are left to ``AdamW``:
///
/// ```swift
/// func isInside(_ name: String, _ parameter: Tensor) -> Bool { name.hasPrefix("layers.") && parameter.rank == 2 }
/// let named = model.namedParameters(removingDuplicates: true)
/// let matrices = named.filter(isInside).map { $0.parameter }
/// let rest = named.filter { !isInside($0.name, $0.parameter) }.map { $0.parameter }
/// let optimizers: [Optimizer] = [Muon(matrices, learningRate: 0.02), AdamW(rest)]
/// ```
/// PyTorch computes the orthogonal step in bfloat16, which has 8 significant bits; here all is Float.
public final class Muon: Optimizer {
  /// How long the step of a matrix is, by its rows and columns.
  public enum StepSize: Sendable {
    /// The learning rate times `√max(1, rows / columns)`, as Jordan et al. do: PyTorch's default.
    case original
    /// The learning rate times `0.2 · √max(rows, columns)`: as long as AdamW's steps usually are (Liu et al. 2025, equation
    /// 4; PyTorch's `match_rms_adamw`).
    case likeAdamW
  }

  private static let checks = OptimizerChecks(name: "Muon")
  /// The coefficients of the iteration that lengthens short directions fastest (Jordan et al. 2024).
  private static let coefficients: (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
  private static let iterationCount = 5
  private static let smallestNorm: Float = 1e-7

  /// How far a step goes; not negative.
  public var learningRate: Double {
    didSet { Self.checks.requireNotNegative(learningRate, "the learning rate") }
  }
  private let weightDecay: Double
  private let momentum: Double
  private let isNesterov: Bool
  private let stepSize: StepSize
  private let parameters: [Tensor]
  private var velocities: [Tensor?]

  /// An optimizer of some matrices.
  ///
  /// - Parameters:
  ///   - parameters: what is changed: leaves `[rows, columns]`, at least one, each once.
  ///   - learningRate: how far a step goes; not negative.
  ///   - weightDecay: the share, times the learning rate, that each parameter loses at each step; not negative.
  ///   - momentum: how much of the running mean of the gradients is kept at each step; from 0 to less than 1.
  ///   - isNesterov: whether to look ahead by one step of momentum.
  ///   - stepSize: how long a step is.
  public init(
    _ parameters: [Tensor], learningRate: Double = 1e-3, weightDecay: Double = 0.1, momentum: Double = 0.95,
    isNesterov: Bool = true, stepSize: StepSize = .original
  ) {
    Self.checks.requireNotNegative(learningRate, "the learning rate")
    Self.checks.requireNotNegative(weightDecay, "the weight decay")
    Self.checks.requireShare(momentum, "the momentum")
    Self.checks.require(parameters)
    for (index, parameter) in parameters.enumerated() where parameter.rank != 2 {
      reportMisuse("Muon", "parameter \(index), of shape \(parameter.shape), is no matrix; AdamW changes any shape")
    }
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.stepSize = stepSize
    velocities = parameters.map { _ in nil }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    let kept = Float(momentum)
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.grad else { continue }
      let velocity = velocities[index] ?? .zeros(parameter.shape)
      velocities[index] = velocity
      velocity.scaleAndAdd(keep: kept, gradient, factor: 1 - kept)
      let direction = noGrad { Self.orthogonal(isNesterov ? gradient * (1 - kept) + velocity * kept : velocity) }
      parameter.scaleAndAdd(
        keep: Float(1 - learningRate * weightDecay), direction, factor: Float(-learningRate * factor(parameter)))
    }
  }

  /// Forgets the gradients.
  public func zeroGrad() { for parameter in parameters { parameter.grad = nil } }

  /// The running mean of each parameter's gradients, in their order; `nil` for one that no step has changed yet. Setting it
  /// goes on from there: the given tensors are then changed in place, as with ``AdamW/state``.
  public var state: [Tensor?] {
    get { velocities }
    set {
      if newValue.count != parameters.count {
        reportMisuse("Muon", "a state of \(newValue.count) parameters for \(parameters.count)")
      }
      for case (let parameter, let new?) in zip(parameters, newValue) where new.shape != parameter.shape {
        reportMisuse("Muon", "a mean of shape \(new.shape) for a parameter of shape \(parameter.shape)")
      }
      var seen = Set(parameters.map { $0.memoryIdentity })
      velocities = newValue.map { $0?.asMemoryOfItsOwn(&seen) }
    }
  }

  private func factor(_ parameter: Tensor) -> Double {
    let (rows, columns) = (Double(parameter.shape[0]), Double(parameter.shape[1]))
    return switch stepSize {
    case .original: max(1, rows / columns).squareRoot()
    case .likeAdamW: 0.2 * max(rows, columns).squareRoot()
    }
  }

  /// Nearly the orthogonal matrix that is nearest to a matrix, by Newton and Schulz's iteration `X ← aX + (bA + cA²)X` with
  /// `A = XXᵀ`. The directions stay; one that is at least a five-hundredth of the matrix's norm long becomes 0.68 to 1.21
  /// long, a shorter one stays shorter.
  ///
  /// - Parameter matrix: `[rows, columns]`.
  /// - Returns: `[rows, columns]`.
  static func orthogonal(_ matrix: Tensor) -> Tensor {
    let isTall = matrix.shape[0] > matrix.shape[1]
    // The longest direction of a matrix is no longer than the root of the sum of its squares.
    let length = max(matrix.sumOfSquares.squareRoot(), smallestNorm)
    var x = (isTall ? matrix.T : matrix) * (1 / length)
    let (a, b, c) = coefficients
    for _ in 0..<iterationCount {
      let products = x.matmul(x.T)
      x = x * a + (products * b + products.matmul(products) * c).matmul(x)
    }
    return isTall ? x.T : x
  }
}
