import Tensors

/// Causal self-attention, attention to an encoder's output, and a feed-forward part (Vaswani et al. 2017,
/// section 3.1; `nn.TransformerDecoderLayer` with `batch_first=True`).
public final class TransformerDecoderLayer: Module {
  let selfAttn: MultiheadAttention
  /// The attention to the encoder's output.
  public let multiheadAttn: MultiheadAttention
  let linear1: Linear
  let linear2: Linear
  let norm1: LayerNorm
  let norm2: LayerNorm
  let norm3: LayerNorm
  let dropout: Dropout
  let dropout1: Dropout
  let dropout2: Dropout
  let dropout3: Dropout
  private let activation: FeedForwardActivation
  private let normFirst: Bool

  /// A layer with PyTorch's initial values.
  ///
  /// - Parameters:
  ///   - embedDim: the width of the tokens.
  ///   - headCount: how many heads share the width.
  ///   - feedForwardDim: the width between the two linear layers.
  ///   - normFirst: normalize before each part rather than after adding it.
  public init(
    embedDim: Int, headCount: Int, feedForwardDim: Int = 2048, dropout: Double = 0.1,
    activation: FeedForwardActivation = .relu, normFirst: Bool = false, epsilon: Float = 1e-5
  ) {
    let end = OuterCall.begin("TransformerDecoderLayer")
    defer { end() }
    checkSizes("TransformerDecoderLayer", embedDim: embedDim, headCount: headCount, feedForwardDim: feedForwardDim)
    selfAttn = MultiheadAttention(embedDim: embedDim, headCount: headCount, dropout: dropout)
    multiheadAttn = MultiheadAttention(embedDim: embedDim, headCount: headCount, dropout: dropout)
    linear1 = Linear(embedDim, feedForwardDim)
    linear2 = Linear(feedForwardDim, embedDim)
    norm1 = LayerNorm(embedDim, epsilon: epsilon)
    norm2 = LayerNorm(embedDim, epsilon: epsilon)
    norm3 = LayerNorm(embedDim, epsilon: epsilon)
    self.dropout = Dropout(dropout)
    dropout1 = Dropout(dropout)
    dropout2 = Dropout(dropout)
    dropout3 = Dropout(dropout)
    self.activation = activation
    self.normFirst = normFirst
  }

  /// Self-attention, attention to the memory, and feed-forward part of all tokens.
  ///
  /// - Parameters:
  ///   - x: `[B, T, E]`.
  ///   - memory: the encoder's output, `[B, S, E]`.
  ///   - isCausal: whether token t sees only the tokens up to t.
  ///   - mask: added to the scores of the self-attention, 0 or -∞; broadcasts to `[B, H, T, T]`.
  ///   - memoryMask: added to the scores of the attention to the memory, 0 or -∞; broadcasts to `[B, H, T, S]`.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(
    _ x: Tensor, memory: Tensor, isCausal: Bool = false, mask: Tensor? = nil, memoryMask: Tensor? = nil
  ) -> Tensor {
    calling("TransformerDecoderLayer", ("tokens", x.shape), ("memory", memory.shape)) {
      if normFirst {
        let mixed = x + timeFirst(dropout1, selfAttn(norm1(x), mask: mask, isCausal: isCausal))
        let seen = mixed + timeFirst(dropout2, multiheadAttn(norm2(mixed), memory: memory, mask: memoryMask))
        return seen + feedForward(norm3(seen))
      }
      let mixed = norm1(x + timeFirst(dropout1, selfAttn(x, mask: mask, isCausal: isCausal)))
      let seen = norm2(mixed + timeFirst(dropout2, multiheadAttn(mixed, memory: memory, mask: memoryMask)))
      return norm3(seen + feedForward(seen))
    }
  }

  /// PyTorch's attention works time first, so the dropout mask behind it is drawn as [T, B, E].
  private func timeFirst(_ dropout: Dropout, _ x: Tensor) -> Tensor {
    guard dropout.isTraining && dropout.probability > 0 else { return x }
    return dropout(x.transpose(0, 1)).transpose(0, 1)
  }

  private func feedForward(_ x: Tensor) -> Tensor {
    dropout3(linear2(dropout(activation(linear1(x)))))
  }
}
