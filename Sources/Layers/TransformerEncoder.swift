import Tensors

/// The function between the two linear layers of a transformer's feed-forward part.
public enum FeedForwardActivation: Sendable {
  /// max(x, 0).
  case relu
  /// The error-function form of GELU.
  case gelu

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .relu: x.relu()
    case .gelu: x.gelu()
    }
  }
}

/// Self-attention and a feed-forward part, each with a shortcut (Vaswani et al. 2017, section 3.1;
/// `nn.TransformerEncoderLayer` with `batch_first=True`).
public final class TransformerEncoderLayer: Module {
  /// The attention of the tokens to each other.
  public let selfAttn: MultiheadAttention
  let linear1: Linear
  let linear2: Linear
  let norm1: LayerNorm
  let norm2: LayerNorm
  let dropout: Dropout
  let dropout1: Dropout
  let dropout2: Dropout
  private let activation: FeedForwardActivation
  private let normFirst: Bool
  private let make: () -> TransformerEncoderLayer

  /// A layer with PyTorch's initial values.
  ///
  /// - Parameters:
  ///   - embedDim: the width of the tokens.
  ///   - headCount: how many heads share the width.
  ///   - feedForwardDim: the width between the two linear layers.
  ///   - normFirst: normalize before each part (as ViT does) rather than after adding it (PyTorch's default).
  public init(
    embedDim: Int, headCount: Int, feedForwardDim: Int = 2048, dropout: Double = 0.1,
    activation: FeedForwardActivation = .relu, normFirst: Bool = false, epsilon: Float = 1e-5
  ) {
    let end = OuterCall.begin("TransformerEncoderLayer")
    defer { end() }
    checkSizes("TransformerEncoderLayer", embedDim: embedDim, headCount: headCount, feedForwardDim: feedForwardDim)
    selfAttn = MultiheadAttention(embedDim: embedDim, headCount: headCount, dropout: dropout)
    linear1 = Linear(embedDim, feedForwardDim)
    linear2 = Linear(feedForwardDim, embedDim)
    norm1 = LayerNorm(embedDim, epsilon: epsilon)
    norm2 = LayerNorm(embedDim, epsilon: epsilon)
    self.dropout = Dropout(dropout)
    dropout1 = Dropout(dropout)
    dropout2 = Dropout(dropout)
    self.activation = activation
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
  ///   - isCausal: whether token t sees only the tokens up to t.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    calling("TransformerEncoderLayer", ("tokens", x.shape)) {
      if normFirst {
        let mixed = x + attention(norm1(x), mask, isCausal)
        return mixed + feedForward(norm2(mixed))
      }
      let mixed = norm1(x + attention(x, mask, isCausal))
      return norm2(mixed + feedForward(mixed))
    }
  }

  /// What the attention part of this layer sees of its input: its weights are `selfAttn.attentionWeights` of this.
  public func attentionInput(_ x: Tensor) -> Tensor { normFirst ? norm1(x) : x }

  private func attention(_ x: Tensor, _ mask: Tensor?, _ isCausal: Bool) -> Tensor {
    let mixed = selfAttn(x, mask: mask, isCausal: isCausal)
    guard dropout1.isTraining && dropout1.probability > 0 else { return mixed }
    // PyTorch's attention works time first, so its dropout mask is drawn as [T, B, E].
    return dropout1(mixed.transpose(0, 1)).transpose(0, 1)
  }

  private func feedForward(_ x: Tensor) -> Tensor {
    dropout2(linear2(dropout(activation(linear1(x)))))
  }

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
  ///   - isCausal: whether token t sees only the tokens up to t.
  /// - Returns: `[B, T, E]`.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    calling("TransformerEncoder", ("tokens", x.shape)) {
      layers.reduce(x) { $1($0, mask: mask, isCausal: isCausal) }
    }
  }
}
