import Tensors

/// Looks at what the queries of a Q-Former look at, from outside, so that the model itself stays clean.
public struct QueryAttention {
  /// For each layer with cross-attention, how much each query looks at each token of the image encoder: `[B, H, Q, S]`
  /// for B images, H heads, Q queries and S tokens.
  public let weights: [Tensor]

  /// Runs a model's image encoder and Q-Former, and keeps the weights of every cross-attention.
  ///
  /// - Parameter pixelValues: `[B, C, H, W]`.
  public init(_ model: BLIP2Model, _ pixelValues: Tensor) {
    weights = noGrad {
      let image = model.visionModel(pixelValues)  // [B, S, width of the encoder]
      var x = model.qformer.norm(model.queryTokens).expand(image.shape[0], -1, -1)  // [B, Q, D]
      return model.qformer.layers.compactMap { layer in
        let among = layer.attention(x, memory: x)
        x = layer(x, image: image)
        return layer.crossAttention?.weights(among, memory: image)
      }
    }
  }
}
