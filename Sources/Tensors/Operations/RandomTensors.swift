// Random tensors, drawn from the current generator in PyTorch's order: after the same `manualSeed` they hold the same
// bits as PyTorch's.

import Support

extension Tensor {
  /// Uniform numbers from 0 (included) to 1 (excluded): `torch.rand`.
  public static func rand(_ shape: [Int]) -> Tensor {
    drawn(shape, "rand") { Generator.current.fillUniform($0) }
  }

  /// Uniform numbers from a range: `Tensor.uniform_`.
  public static func uniform(_ shape: [Int], in range: Range<Double>) -> Tensor {
    drawn(shape, "uniform") { Generator.current.fillUniform($0, in: range) }
  }

  /// Normally distributed numbers with mean 0 and variance 1: `torch.randn`.
  public static func randn(_ shape: [Int]) -> Tensor {
    drawn(shape, "randn") { Generator.current.fillNormal($0) }
  }

  /// Normally distributed numbers: `Tensor.normal_`.
  public static func normal(_ shape: [Int], mean: Double = 0, std: Double = 1) -> Tensor {
    drawn(shape, "normal") { Generator.current.fillNormal($0, mean: mean, std: std) }
  }

  /// 1 with the given probability, else 0: `Tensor.bernoulli_`.
  public static func bernoulli(_ shape: [Int], probability: Double) -> Tensor {
    drawn(shape, "bernoulli") { Generator.current.fillBernoulli($0, probability: probability) }
  }

  /// 1 with the probability that each element says, else 0: `torch.bernoulli`.
  public func bernoulli() -> Tensor {
    let probabilities = calling("bernoulli", ("tensor", shape)) { scalars }
    return Tensor.drawn(shape, "bernoulli") { out in
      probabilities.withUnsafeBufferPointer { Generator.current.fillBernoulli(out, probabilities: $0) }
    }
  }

  /// Sets elements to zero with the given probability and scales up the others, so that the mean stays.
  ///
  /// - Parameter probability: from 0 to 1; 0 draws no random numbers.
  public func dropout(_ probability: Double) -> Tensor {
    if probability == 0 { return self }
    if !(probability > 0 && probability <= 1) { fail("dropout", "\(probability) is no probability") }
    return self * Tensor.dropoutNoise(shape, probability: probability)
  }

  /// What dropout multiplies by: 0, or 1 / (1 - probability).
  static func dropoutNoise(_ shape: [Int], probability: Double) -> Tensor {
    drawn(shape, "dropout") { Generator.current.fillDropoutMask($0, probability: probability) }
  }

  private static func drawn(
    _ shape: [Int], _ operation: String, _ fill: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Tensor {
    let count = Shape.count(shape, operation)
    return Tensor(shape: shape, operation) { fill(UnsafeMutableBufferPointer(start: $0, count: count)) }
  }
}

extension IntTensor {
  /// Whole numbers from a range, all equally likely: `torch.randint`.
  public static func randint(_ range: Range<Int>, _ shape: [Int]) -> IntTensor {
    let count = Shape.count(shape, "randint")
    MemoryPool.require(count, width: 8, shape: shape, "randint")
    return calling("randint", ("shape", shape)) {
      IntTensor(Generator.current.integers(in: range, count: count), shape: shape)
    }
  }

  /// 0 to `count` - 1 in random order: `torch.randperm`.
  public static func randperm(_ count: Int) -> IntTensor {
    if count < 0 { fail("randperm", "\(count) integers") }
    return calling("randperm") { IntTensor(Generator.current.permutation(count)) }
  }

  /// 0, 1, … `count` - 1.
  public static func arange(_ count: Int) -> IntTensor {
    MemoryPool.require(Shape.count([count], "arange"), width: 8, shape: [count], "arange")
    return IntTensor(Array(0..<count))
  }
}
