import Checkpoints
import Layers
import Tensors

/// The Querying Transformer (Li et al. 2023, section 3.1, figure 2): learned queries that gather from a frozen image
/// encoder what a language model needs.
///
/// B, Q, S, D stand for images, queries, the image encoder's tokens and the width of a query.
public final class QFormer: Module {
  let norm: LayerNorm
  let layers: [QFormerLayer]

  public override var keyNames: [String: String] { ["norm": "layernorm", "layers": "encoder.layer"] }

  /// A transformer with initial values.
  public init(_ configuration: QFormerConfiguration) {
    norm = LayerNorm(configuration.hiddenSize, epsilon: Float(configuration.layerNormEpsilon))
    layers = (0..<configuration.layerCount).map { index in
      QFormerLayer(configuration, looksAtImage: index % configuration.crossAttentionFrequency == 0)
    }
  }

  /// - Parameters:
  ///   - queries: `[1, Q, D]` or `[B, Q, D]`.
  ///   - image: what the image encoder returned, `[B, S, width of the encoder]`.
  /// - Returns: what the queries gathered, `[B, Q, D]`.
  public func callAsFunction(_ queries: Tensor, image: Tensor) -> Tensor {
    let start = norm(queries).expand(image.shape[0], -1, -1)  // [B, Q, D]
    return layers.reduce(start) { $1($0, image: image) }
  }
}

/// A layer of the Q-Former: the queries look at each other, in some layers at the image, and pass a feed-forward part;
/// each step is normalized behind its shortcut, as in BERT.
final class QFormerLayer: Module {
  let attention: QFormerAttention
  let crossAttention: QFormerAttention?
  private let expand: Linear
  private let contract: Linear
  private let norm: LayerNorm
  private let activation: Activation

  override var keyNames: [String: String] {
    [
      "crossAttention": "crossattention", "expand": "intermediate_query.dense", "contract": "output_query.dense",
      "norm": "output_query.LayerNorm",
    ]
  }

  init(_ configuration: QFormerConfiguration, looksAtImage: Bool) {
    let (width, range) = (configuration.hiddenSize, configuration.initializerRange)
    attention = QFormerAttention(configuration, memoryWidth: width)
    crossAttention =
      looksAtImage ? QFormerAttention(configuration, memoryWidth: configuration.encoderHiddenSize) : nil
    expand = Linear(width, configuration.intermediateSize, std: range)
    contract = Linear(configuration.intermediateSize, width, std: range)
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    activation = configuration.activation
  }

  /// `[B, Q, D]` to `[B, Q, D]`.
  func callAsFunction(_ queries: Tensor, image: Tensor) -> Tensor {
    look(attention(queries, memory: queries), at: image)
  }

  /// The second half, which is the queries' alone: a look at the image and the feed-forward part.
  func look(_ queries: Tensor, at image: Tensor) -> Tensor {
    let gathered = crossAttention?(queries, memory: image) ?? queries
    return norm(gathered + contract(activation(expand(gathered))))
  }
}

/// Attention with several heads, its output added to the queries and normalized.
///
/// B, Q, S, D, H stand for batch, queries, what is looked at, width and heads.
final class QFormerAttention: Module {
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let norm: LayerNorm
  private let headCount: Int

  override var keyNames: [String: String] {
    [
      "query": "attention.query", "key": "attention.key", "value": "attention.value", "output": "output.dense",
      "norm": "output.LayerNorm",
    ]
  }

  init(_ configuration: QFormerConfiguration, memoryWidth: Int) {
    let (width, range) = (configuration.hiddenSize, configuration.initializerRange)
    query = Linear(width, width, std: range)
    key = Linear(memoryWidth, width, std: range)
    value = Linear(memoryWidth, width, std: range)
    output = Linear(width, width, std: range)
    norm = LayerNorm(width, epsilon: Float(configuration.layerNormEpsilon))
    headCount = configuration.headCount
  }

  /// `[B, Q, D]` that look at `[B, S, width of the memory]`, but not where a mask `[B, 1, Q, S]` forbids it.
  func callAsFunction(_ x: Tensor, memory: Tensor, mask: Tensor? = nil) -> Tensor {
    let mixed = Tensor.scaledDotProductAttention(
      query: query(x).splitHeads(headCount), key: key(memory).splitHeads(headCount),
      value: value(memory).splitHeads(headCount), mask: mask)  // [B, H, Q, D/H]
    return norm(x + output(mixed.joinHeads()))  // [B, Q, D]
  }

  /// How much each of `[B, Q, D]` looks at each of `[B, S, width of the memory]`: `[B, H, Q, S]`.
  func weights(_ x: Tensor, memory: Tensor) -> Tensor {
    let keys = key(memory).splitHeads(headCount)
    return Tensor.scaledDotProductAttentionWithWeights(query: query(x).splitHeads(headCount), key: keys, value: keys)
      .weights
  }
}
