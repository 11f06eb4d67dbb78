import Support
import Tensors

/// Self-attention and a feed-forward part, each with a shortcut (Vaswani et al. 2017, section 3.1;
/// `nn.TransformerEncoderLayer` with `batch_first=True`).
public final class TransformerEncoderLayer: Module {
  /// The attention of the tokens to each other.
  public let selfAttn: MultiheadAttention
  let feedForward: FeedForward
  let norm1: LayerNorm
  let norm2: LayerNorm
  let dropout1: Dropout
  let dropout2: Dropout
  private let normFirst: Bool
  private let make: () -> TransformerEncoderLayer

  /// PyTorch names the two maps of the feed-forward part as the layer's own.
  public override var keyNames: [String: String] { ["feedForward": ""] }

  /// A layer with PyTorch's initial values.
  ///
  /// - Parameters:
  ///   - embedDim: the width of the tokens.
  ///   - headCount: how many heads share the width.
  ///   - feedForwardDim: the width between the two linear layers.
  ///   - normFirst: normalize before each part (as ViT does) rather than after adding it (PyTorch's default).
  public init(
    embedDim: Int, headCount: Int, feedForwardDim: Int = 2048, dropout: Double = 0.1,
    activation: Activation = .relu, normFirst: Bool = false, epsilon: Float = 1e-5
  ) {
    let end = OuterCall.begin("TransformerEncoderLayer")
    defer { end() }
    checkSizes("TransformerEncoderLayer", embedDim: embedDim, headCount: headCount, feedForwardDim: feedForwardDim)
    selfAttn = MultiheadAttention(embedDim: embedDim, headCount: headCount, dropout: dropout)
    feedForward = FeedForward(
      Linear(embedDim, feedForwardDim), activation, Linear(feedForwardDim, embedDim), dropout: dropout,
      names: ["fc1": "linear1", "fc2": "linear2"])
    norm1 = LayerNorm(embedDim, epsilon: epsilon)
    norm2 = LayerNorm(embedDim, epsilon: epsilon)
    dropout1 = Dropout(dropout)
    dropout2 = Dropout(dropout)
    self.normFirst = normFirst
    make = {
      TransformerEncoderLayer(
        embedDim: embedDim, headCount: headCount, feedForwardDim: feedForwardDim, dropout: dropout,
        activation: activation, normFirst: normFirst, epsilon: epsilon)
    }
  }

  /// Attention and feed-forward part of all tokens.
  ///
  /// - Parameters:
  ///   - x: `[B, T, E]`.
  ///   - mask: added to the attention scores, 0 or -∞; broadcasts to `[B, H, T, T]`.
  ///   - isCausal: whether token t attends only to the tokens up to t.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    calling("TransformerEncoderLayer", ("tokens", x.shape)) {
      if normFirst {
        let mixed = x + dropout1.tokensFirst(selfAttn(norm1(x), mask: mask, isCausal: isCausal))
        return mixed + dropout2(feedForward(norm2(mixed)))
      }
      let mixed = norm1(x + dropout1.tokensFirst(selfAttn(x, mask: mask, isCausal: isCausal)))
      return norm2(mixed + dropout2(feedForward(mixed)))
    }
  }

  /// The input of this layer's self-attention: its weights are `selfAttn.attentionWeights` of this.
  public func attentionInput(_ x: Tensor) -> Tensor { normFirst ? norm1(x) : x }

  /// A layer with the same settings, values and mode, without drawing random numbers.
  fileprivate func copy() -> TransformerEncoderLayer {
    let layer = Initialization.skipped(make)
    if !Initialization.isSkipped { layer.copyParameters(from: self) }
    layer.train(isTraining)
    return layer
  }
}

/// Ends the program with one line if a transformer's layer cannot have these sizes.
func checkSizes(_ layer: String, embedDim: Int, headCount: Int, feedForwardDim: Int) {
  if embedDim <= 0 || headCount <= 0 || embedDim % headCount != 0 {
    reportMisuse(layer, "width \(embedDim) does not divide among \(headCount) heads")
  }
  if feedForwardDim <= 0 { reportMisuse(layer, "a feed-forward part of width \(feedForwardDim)") }
  // Four projections of attention and two layers, about.
  requireMemory(for: [embedDim, 4, embedDim], layer)
  requireMemory(for: [embedDim, 2, feedForwardDim], layer)
}

/// A stack of encoder layers (`nn.TransformerEncoder`).
public final class TransformerEncoder: Module {
  /// From the first to the last.
  public let layers: [TransformerEncoderLayer]

  /// Copies a layer, values included, as PyTorch does: every layer begins with the same weights.
  public init(_ layer: TransformerEncoderLayer, layerCount: Int) {
    if layerCount < 0 { reportMisuse("TransformerEncoder", "a stack of \(layerCount) layers") }
    requireMemory(for: [layerCount, layer.parameterCount], "TransformerEncoder")
    let end = OuterCall.begin("TransformerEncoder")
    defer { end() }
    layers = (0..<layerCount).map { _ in layer.copy() }
  }

  /// Stacks layers that were made one by one, each with values of its own.
  public init(_ layers: [TransformerEncoderLayer]) { self.layers = layers }

  /// Passes all layers.
  ///
  /// - Parameters:
  ///   - x: `[B, T, E]`.
  ///   - mask: added to the attention scores of each layer, 0 or -∞; broadcasts to `[B, H, T, T]`.
  ///   - isCausal: whether token t attends only to the tokens up to t.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    calling("TransformerEncoder", ("tokens", x.shape)) {
      layers.reduce(x) { $1($0, mask: mask, isCausal: isCausal) }
    }
  }
}
