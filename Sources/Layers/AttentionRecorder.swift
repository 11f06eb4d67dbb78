import Support
import Tensors

/// The attention weights of a model's layers for one input. They are recorded from outside, so that the model itself has
/// no code for it: each model says in an extension which layers attend to what.
public struct AttentionRecorder {
  /// For each layer how much each query, a row, attends to each key: `[B, H, T, S]` for B inputs, H heads, T queries and
  /// S keys.
  public let weights: [Tensor]

  /// Runs layers one after the other and keeps their weights.
  ///
  /// - Parameters:
  ///   - input: what the first layer is given.
  ///   - step: the attention weights of a layer for its input, `nil` if it has none, and its output.
  package init<Layer>(
    _ layers: [Layer], _ input: @autoclosure () -> Tensor,
    step: (Layer, Tensor) -> (weights: Tensor?, output: Tensor)
  ) {
    weights = noGrad {
      var x = input()
      return layers.compactMap { layer in
        let (weights, output) = step(layer, x)
        x = output
        return weights
      }
    }
  }

  /// How much of each input token reaches each output token through all layers (attention rollout, Abnar and Zuidema
  /// 2020): the heads' mean, half of it from the shortcut, multiplied over the layers.
  ///
  /// - Returns: `[B, T, T]`; row 0 is the class token.
  public func rollout() -> Tensor {
    guard let first = weights.first else { reportMisuse("rollout", "a model without layers has no attention") }
    let identity = Tensor.eye(first.shape[3])
    return weights.dropFirst().reduce(half(first, identity)) { half($1, identity).matmul($0) }
  }

  private func half(_ weights: Tensor, _ identity: Tensor) -> Tensor { (weights.mean(dim: 1) + identity) * 0.5 }
}
