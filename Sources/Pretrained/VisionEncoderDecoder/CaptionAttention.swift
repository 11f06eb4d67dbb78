import Tensors

/// Looks at where a captioner looks, from outside, so that the model itself stays clean.
public struct CaptionAttention {
  /// For each layer of the decoder, how much each token looks at each of the encoder's: `[B, H, T, S]` for B images with a
  /// caption each, H heads, T tokens and S tokens of the encoder. The row of a token shows where the model looks when it
  /// has read that token and writes the next.
  public let weights: [Tensor]

  /// Reads captions beside their images and keeps the weights of every cross-attention.
  ///
  /// - Parameters:
  ///   - pixelValues: `[B, C, H, W]`.
  ///   - captions: what the model reads, with the token that begins captions, `[B, T]`.
  public init(_ model: VisionEncoderDecoderModel, _ pixelValues: Tensor, captions: IntTensor) {
    weights = noGrad {
      model.decoder.crossAttentionWeights(captions, encoderStates: model.encode(pixelValues))
    }
  }
}
