import Support
import Tensors

/// Causal self-attention, attention to an encoder's output, and a feed-forward part (Vaswani et al. 2017,
/// section 3.1; `nn.TransformerDecoderLayer` with `batch_first=True`).
public final class TransformerDecoderLayer: Module {
  let selfAttn: MultiheadAttention
  /// The attention to the encoder's output.
  public let multiheadAttn: MultiheadAttention
  let feedForward: FeedForward
  let norm1: LayerNorm
  let norm2: LayerNorm
  let norm3: LayerNorm
  let dropout1: Dropout
  let dropout2: Dropout
  let dropout3: Dropout
  private let normFirst: Bool

  /// PyTorch names the two maps of the feed-forward part as the layer's own.
  public override var keyNames: [String: String] { ["feedForward": ""] }

  /// A layer with PyTorch's initial values.
  ///
  /// - Parameters:
  ///   - embedDim: the width of the tokens.
  ///   - headCount: how many heads share the width.
  ///   - feedForwardDim: the width between the two linear layers.
  ///   - normFirst: normalize before each part rather than after adding it.
  public init(
    embedDim: Int, headCount: Int, feedForwardDim: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, normFirst: Bool = false, epsilon: Float = 1e-5
  ) {
    let end = OuterCall.begin("TransformerDecoderLayer")
    defer { end() }
    checkSizes("TransformerDecoderLayer", embedDim: embedDim, headCount: headCount, feedForwardDim: feedForwardDim)
    selfAttn = MultiheadAttention(embedDim: embedDim, headCount: headCount, dropout: dropout)
    multiheadAttn = MultiheadAttention(embedDim: embedDim, headCount: headCount, dropout: dropout)
    feedForward = FeedForward(
      Linear(embedDim, feedForwardDim), activation, Linear(feedForwardDim, embedDim), dropout: dropout,
      names: ["fc1": "linear1", "fc2": "linear2"])
    norm1 = LayerNorm(embedDim, epsilon: epsilon)
    norm2 = LayerNorm(embedDim, epsilon: epsilon)
    norm3 = LayerNorm(embedDim, epsilon: epsilon)
    dropout1 = Dropout(dropout)
    dropout2 = Dropout(dropout)
    dropout3 = Dropout(dropout)
    self.normFirst = normFirst
  }

  /// Self-attention, attention to the memory, and feed-forward part of all tokens.
  ///
  /// - Parameters:
  ///   - x: `[B, T, E]`.
  ///   - memory: the encoder's output, `[B, S, E]`.
  ///   - isCausal: whether token t attends only to the tokens up to t.
  ///   - mask: added to the scores of the self-attention, 0 or -∞; broadcasts to `[B, H, T, T]`.
  ///   - memoryMask: added to the scores of the attention to the memory, 0 or -∞; broadcasts to `[B, H, T, S]`.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(
    _ x: Tensor, memory: Tensor, isCausal: Bool = false, mask: Tensor? = nil, memoryMask: Tensor? = nil
  ) -> Tensor {
    calling("TransformerDecoderLayer", ("tokens", x.shape), ("memory", memory.shape)) {
      if normFirst {
        let mixed = x + dropout1.tokensFirst(selfAttn(norm1(x), mask: mask, isCausal: isCausal))
        let crossed = mixed + dropout2.tokensFirst(multiheadAttn(norm2(mixed), memory: memory, mask: memoryMask))
        return crossed + dropout3(feedForward(norm3(crossed)))
      }
      let mixed = norm1(x + dropout1.tokensFirst(selfAttn(x, mask: mask, isCausal: isCausal)))
      let crossed = norm2(mixed + dropout2.tokensFirst(multiheadAttn(mixed, memory: memory, mask: memoryMask)))
      return norm3(crossed + dropout3(feedForward(crossed)))
    }
  }
}
