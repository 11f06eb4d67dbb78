import Support
import Tensors

/// How new parameters get their values: as in PyTorch, from the current generator, in the order in which the layers
/// are made.
public enum Initialization {
  /// What new parameters are given.
  private enum Contents {
    case values, memory, shape
  }
  @TaskLocal private static var contents = Contents.values

  /// Whether new parameters are left without values.
  static var isSkipped: Bool { contents != .values }

  /// Makes a model without drawing its initial values, because they are about to be loaded. The memory is not touched.
  public static func skipped<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $contents.withValue(contents == .shape ? .shape : .memory, operation: body)
  }

  /// Makes a model whose parameters have shapes and no memory, so that its size costs nothing: settings from a file may
  /// ask for any. No parameter may be used before it has adopted or been assigned a tensor.
  package static func shapesOnly<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $contents.withValue(.shape, operation: body)
  }

  /// A parameter with uniform values from `-bound` to `bound`.
  package static func uniform(_ shape: [Int], bound: Double) -> Tensor {
    parameter(shape) { Tensor.uniform(shape, in: -bound..<bound) }
  }

  /// A parameter with normally distributed values.
  package static func normal(_ shape: [Int], std: Double = 1) -> Tensor {
    parameter(shape) { Tensor.normal(shape, std: std) }
  }

  /// A parameter full of one value.
  package static func constant(_ shape: [Int], _ value: Float) -> Tensor {
    parameter(shape) { .full(shape, value) }
  }

  private static func parameter(_ shape: [Int], _ make: () -> Tensor) -> Tensor {
    switch contents {
    case .values: make().requiringGrad()
    case .memory: Tensor.empty(shape).requiringGrad()
    case .shape: Tensor(withoutMemory: shape).requiringGrad()
    }
  }
}

/// The bounds of the uniform distributions that PyTorch's layers start from.
///
/// Each is computed in double precision by the very expression of PyTorch, because the last bit of a bound shows in the
/// parameters; ``Generator/fillUniform(_:in:)`` rounds it to Float. The square root is IEEE's, the same everywhere.
extension Initialization {
  /// The bound `b` of the weights of a linear or convolutional layer, uniform in `-b..<b` (He et al. 2015, with the negative
  /// slope √5 of PyTorch's layers).
  ///
  /// Mathematically it is 1 / √fanIn like ``biasBound(fanIn:)``; computed as PyTorch does, its last bit can differ.
  ///
  /// - Parameter fanIn: how many inputs an output has: the input width of a linear layer; channels × kernel height × kernel
  ///   width of a convolution.
  public static func kaimingUniformBound(fanIn: Int) -> Double {
    if fanIn <= 0 { reportMisuse("kaimingUniformBound", "an output of \(fanIn) inputs") }
    let slope = (5.0).squareRoot()
    let gain = (2 / (1 + slope * slope)).squareRoot()
    let std = gain / Double(fanIn).squareRoot()
    return (3.0).squareRoot() * std
  }

  /// The bound `b` of the biases of a linear or convolutional layer, uniform in `-b..<b`.
  ///
  /// - Parameter fanIn: how many inputs an output has.
  public static func biasBound(fanIn: Int) -> Double {
    if fanIn <= 0 { reportMisuse("biasBound", "an output of \(fanIn) inputs") }
    return 1 / Double(fanIn).squareRoot()
  }

  /// The bound `b` of weights that are uniform in `-b..<b` by the rule of Glorot and Bengio (2010), as attention's packed
  /// input projection has them.
  ///
  /// - Parameters:
  ///   - fanIn: how many inputs an output has.
  ///   - fanOut: how many outputs an input has.
  public static func xavierUniformBound(fanIn: Int, fanOut: Int) -> Double {
    if fanIn <= 0 || fanOut <= 0 { reportMisuse("xavierUniformBound", "\(fanIn) inputs and \(fanOut) outputs") }
    let std = (2 / Double(fanIn + fanOut)).squareRoot()
    return (3.0).squareRoot() * std
  }
}
