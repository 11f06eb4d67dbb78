import Support
import Tensors

/// A linear map with a bias: `x · weightᵀ + bias` (`nn.Linear`).
public final class Linear: Module {
  /// `[outFeatures, inFeatures]`.
  public let weight: Tensor
  /// `[outFeatures]`.
  public let bias: Tensor?

  /// A layer with PyTorch's initial values: uniform up to 1/√inFeatures (He et al. 2015, with a = √5).
  public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true) {
    Self.check(inFeatures, outFeatures)
    (weight, self.bias) = calling("Linear", ("weight", [outFeatures, inFeatures])) {
      let weight = Initialization.uniform(
        [outFeatures, inFeatures], bound: Initialization.kaimingUniformBound(fanIn: inFeatures))
      return (
        weight, bias ? Initialization.uniform([outFeatures], bound: Initialization.biasBound(fanIn: inFeatures)) : nil
      )
    }
  }

  /// A layer with normally distributed weights and biases of zero, as most published transformers start.
  ///
  /// - Parameter std: the standard deviation of the weights.
  public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true, std: Double) {
    Self.check(inFeatures, outFeatures)
    (weight, self.bias) = calling("Linear", ("weight", [outFeatures, inFeatures])) {
      let weight = Initialization.normal([outFeatures, inFeatures], std: std)
      return (weight, bias ? Initialization.constant([outFeatures], 0) : nil)
    }
  }

  /// A layer whose weights and biases are zero, so that what it is added to stays as it is until it has learned.
  public init(zeros inFeatures: Int, _ outFeatures: Int) {
    Self.check(inFeatures, outFeatures)
    (weight, bias) = calling("Linear", ("weight", [outFeatures, inFeatures])) {
      (Initialization.constant([outFeatures, inFeatures], 0), Initialization.constant([outFeatures], 0))
    }
  }

  private static func check(_ inFeatures: Int, _ outFeatures: Int) {
    if inFeatures <= 0 || outFeatures < 0 {
      reportMisuse("Linear", "\(inFeatures) inputs and \(outFeatures) outputs make no layer")
    }
  }

  /// Maps each row.
  ///
  /// - Parameter x: `[…, inFeatures]`.
  /// - Returns: `[…, outFeatures]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    calling("Linear", ("input", x.shape), ("weight", weight.shape)) { x.linear(weight: weight, bias: bias) }
  }
}
