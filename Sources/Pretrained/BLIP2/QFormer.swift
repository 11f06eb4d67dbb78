import Layers
import Tensors

/// The Querying Transformer (Li et al. 2023, section 3.1, figure 2): learned queries that gather from a frozen image
/// encoder's output what a language model needs.
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
      QFormerLayer(configuration, attendsToImage: index % configuration.crossAttentionFrequency == 0)
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

/// A layer of the Q-Former: the queries attend to each other, in some layers to the image, and pass a feed-forward part.
/// Each of the three is normalized behind its shortcut, as in BERT.
final class QFormerLayer: Module {
  private let attention: Attention
  private let norm1: LayerNorm
  fileprivate let crossAttention: Attention?
  private let crossNorm: LayerNorm?
  private let feedForward: FeedForward
  private let norm2: LayerNorm

  override var keyNames: [String: String] {
    [
      "norm1": "attention.output.LayerNorm", "crossAttention": "crossattention",
      "crossNorm": "crossattention.output.LayerNorm", "feedForward": "", "norm2": "output_query.LayerNorm",
    ]
  }

  init(_ settings: QFormerConfiguration, attendsToImage: Bool) {
    let std = settings.initializerRange
    func norm() -> LayerNorm { LayerNorm(settings.hiddenSize, epsilon: Float(settings.layerNormEpsilon)) }
    attention = Attention(settings, std: (std, std), names: EncoderNames.bert)
    norm1 = norm()
    crossAttention =
      attendsToImage
      ? Attention(settings, memoryWidth: settings.encoderHiddenSize, std: (std, std), names: EncoderNames.bert) : nil
    crossNorm = attendsToImage ? norm() : nil
    feedForward = FeedForward(
      settings, std: (std, std), names: ["fc1": "intermediate_query.dense", "fc2": "output_query.dense"])
    norm2 = norm()
  }

  /// `[B, Q, D]` to `[B, Q, D]`.
  func callAsFunction(_ queries: Tensor, image: Tensor) -> Tensor {
    gather(selfAttention(queries), from: image)
  }

  /// The first part: attention of the queries, or of queries and words, to each other.
  func selfAttention(_ x: Tensor, mask: Tensor? = nil) -> Tensor { norm1(x + attention(x, mask: mask)) }

  /// The other parts, which are the queries' alone: attention to the image, and the feed-forward part.
  func gather(_ queries: Tensor, from image: Tensor) -> Tensor {
    var x = queries
    if let crossAttention, let crossNorm { x = crossNorm(x + crossAttention(x, memory: image)) }
    return norm2(x + feedForward(x))
  }
}

extension AttentionRecorder {
  /// The cross-attention of a BLIP-2's Q-Former in every layer that has one: of Q queries to S tokens of the image encoder.
  ///
  /// - Parameter pixelValues: `[B, C, H, W]`.
  public init(_ model: BLIP2Model, _ pixelValues: Tensor) {
    let image = noGrad { model.visionModel(pixelValues) }  // [B, S, width of the encoder]
    let queries = noGrad { model.qformer.norm(model.queryTokens).expand(image.shape[0], -1, -1) }  // [B, Q, D]
    self.init(model.qformer.layers, queries) { layer, x in
      (layer.crossAttention?.weights(layer.selfAttention(x), memory: image), layer(x, image: image))
    }
  }
}

/// The simplest bridge from an image encoder to a language model, to compare the Q-Former with: one linear layer for every
/// token of the encoder (Frozen, Tsimpoukelli et al. 2021; LLaVA, Liu et al. 2023).
///
/// B, S, D stand for images, the encoder's tokens and the language model's width.
public final class LinearBridge: Module {
  private let projection: Linear

  /// The file beside a model's own that holds the bridge which was trained to compare with it.
  public static let file = "linear_bridge.safetensors"

  /// A bridge for a model's encoder and language model, with initial values.
  public init(_ configuration: BLIP2Configuration) {
    projection = Linear(
      configuration.vision.hiddenSize, configuration.text.embeddingSize,
      std: configuration.initializerRange)
  }

  /// - Parameter image: what the image encoder returned, `[B, S, its width]`.
  /// - Returns: tokens of the language model, `[B, S, D]`.
  public func callAsFunction(_ image: Tensor) -> Tensor { projection(image) }
}
