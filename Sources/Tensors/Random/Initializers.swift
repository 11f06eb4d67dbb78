/// The bounds of the uniform distributions that PyTorch's layers start from.
///
/// Each is computed in double precision by the very expression of PyTorch, because the last bit of a bound shows in the
/// parameters; ``Generator/fillUniform(_:in:)`` rounds it to Float. The square root is IEEE's, the same everywhere.
public enum Initializers {
  /// The bound `b` of the weights of a linear or convolutional layer, uniform in `-b..<b` (He et al. 2015, with the negative
  /// slope √5 that PyTorch's layers ask for).
  ///
  /// Mathematically it is 1 / √fanIn like ``biasBound(fanIn:)``; computed as PyTorch does, its last bit can differ.
  ///
  /// - Parameter fanIn: how many inputs an output has: the input width of a linear layer; channels × kernel height × kernel
  ///   width of a convolution.
  public static func kaimingUniformBound(fanIn: Int) -> Double {
    if fanIn <= 0 { fail("kaimingUniformBound", "an output of \(fanIn) inputs") }
    let slope = (5.0).squareRoot()
    let gain = (2 / (1 + slope * slope)).squareRoot()
    let standardDeviation = gain / Double(fanIn).squareRoot()
    return (3.0).squareRoot() * standardDeviation
  }

  /// The bound `b` of the biases of a linear or convolutional layer, uniform in `-b..<b`.
  ///
  /// - Parameter fanIn: how many inputs an output has.
  public static func biasBound(fanIn: Int) -> Double {
    if fanIn <= 0 { fail("biasBound", "an output of \(fanIn) inputs") }
    return 1 / Double(fanIn).squareRoot()
  }

  /// The bound `b` of weights that are uniform in `-b..<b` by the rule of Glorot and Bengio (2010), as attention's packed
  /// input projection has them.
  ///
  /// - Parameters:
  ///   - fanIn: how many inputs an output has.
  ///   - fanOut: how many outputs an input has.
  public static func xavierUniformBound(fanIn: Int, fanOut: Int) -> Double {
    if fanIn <= 0 || fanOut <= 0 { fail("xavierUniformBound", "\(fanIn) inputs and \(fanOut) outputs") }
    let standardDeviation = (2 / Double(fanIn + fanOut)).squareRoot()
    return (3.0).squareRoot() * standardDeviation
  }
}
