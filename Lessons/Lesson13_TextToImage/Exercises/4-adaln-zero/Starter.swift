import Layers
import Tensors

/// A part of a network in a block that a vector leads.
nonisolated final class LedBlock: Module {
  let modulation: Linear
  let part: Linear

  /// - Parameters:
  ///   - width: D, of a token.
  ///   - conditionWidth: C, of the leading vector.
  init(width: Int, conditionWidth: Int) {
    modulation = Linear(conditionWidth, 3 * width)
    part = Linear(width, width)
  }

  /// - Parameters:
  ///   - x: tokens, `[B, T, D]`.
  ///   - condition: leading vectors, `[B, C]`.
  func callAsFunction(_ x: Tensor, _ condition: Tensor) -> Tensor {
    // A block that nothing leads.
    x + part(x.layerNorm(epsilon: 1e-6))
  }
}
