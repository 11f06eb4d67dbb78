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
    super.init()
    // All gates are 0 for every vector: the block adds nothing.
    for parameter in modulation.parameters() { parameter.assign(.zeros(parameter.shape)) }
  }

  /// - Parameters:
  ///   - x: tokens, `[B, T, D]`.
  ///   - condition: leading vectors, `[B, C]`.
  func callAsFunction(_ x: Tensor, _ condition: Tensor) -> Tensor {
    let parts = modulation(condition).unsqueeze(1).chunk(3, dim: 2)  // shift, scale, gate: [B, 1, D]
    let led = x.layerNorm(epsilon: 1e-6) * (parts[1] + 1) + parts[0]
    return x + part(led) * parts[2]
  }
}
