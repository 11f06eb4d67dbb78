import Layers
import Tensors

/// Looks at a Vision Transformer's attention from outside, so that the model itself stays clean.
public struct AttentionRecorder {
  /// For each layer, how much each token looks at each other one: `[B, H, T, T]`.
  public let weights: [Tensor]

  /// Runs a model in evaluation mode and keeps the attention of every layer.
  public init(_ model: VisionTransformer, _ image: Tensor) {
    weights = noGrad {
      var x = model.tokens(image)
      return model.transformer.layers.map { layer in
        let weights = layer.selfAttn.attentionWeights(layer.attentionInput(x))
        x = layer(x)
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
