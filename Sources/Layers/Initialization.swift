import Tensors

/// How new parameters get their values: as in PyTorch, from the current generator, in the order in which the layers
/// are made.
public enum Initialization {
  /// Whether new parameters are left without values.
  @TaskLocal static var isSkipped = false

  /// Makes a model without drawing its initial values, because they are about to be loaded. The memory is not touched.
  public static func skipped<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $isSkipped.withValue(true, operation: body)
  }

  /// A parameter with uniform values from `-bound` to `bound`.
  package static func uniform(_ shape: [Int], bound: Double) -> Tensor {
    parameter(shape) { Tensor.uniform(shape, in: -bound..<bound) }
  }

  /// A parameter with normally distributed values.
  package static func normal(_ shape: [Int], standardDeviation: Double = 1) -> Tensor {
    parameter(shape) { Tensor.normal(shape, standardDeviation: standardDeviation) }
  }

  /// A parameter full of one value.
  package static func constant(_ shape: [Int], _ value: Float) -> Tensor {
    parameter(shape) { .full(shape, value) }
  }

  private static func parameter(_ shape: [Int], _ make: () -> Tensor) -> Tensor {
    (isSkipped ? Tensor.empty(shape) : make()).requiringGrad()
  }
}
