import Layers
import Support
import Tensors

/// The Q-Former with what its first training needs (Li et al. 2023, section 3.1, figure 2): the words of a text next to
/// the queries, and a head for each of the three objectives.
///
/// Queries and words share the self-attention, with a ``QFormerMask``, and have feed-forward parts of their own. Queries,
/// self-attention, cross-attention and the queries' feed-forward parts *are* the model's; the text's parts are needed for
/// this training only.
///
/// B, Q, S, T stand for images, queries, the image encoder's tokens and the words of a text; D, E for the width of a
/// query and of the joint embedding; V for the vocabulary.
public final class QFormerPretraining: Module {
  /// What the model was made from.
  public let configuration: BLIP2Configuration
  private let queryTokens: Tensor  // [1, Q, D]
  private let qformer: QFormer
  private let words: Embedding
  private let positions: Embedding
  private let textLayers: [QFormerTextLayer]
  private let imageProjection: Linear
  private let textProjection: Linear
  private let logitScale: Tensor
  private let matchingHead: Linear
  private let wordHead: Linear
  private let wordNorm: LayerNorm

  /// ln (1 / 0.07), where CLIP's temperature starts.
  private static let initialLogitScale: Float = 2.659_26

  /// The first training of a model's Q-Former, the text's parts with initial values.
  public init(_ model: BLIP2Model) {
    configuration = model.configuration
    let settings = configuration.queryTransformer
    let (width, range) = (settings.hiddenSize, settings.initializerRange)
    queryTokens = model.queryTokens
    qformer = model.qformer
    words = Embedding(settings.vocabularySize, width, std: range)
    positions = Embedding(settings.positionCount, width, std: range)
    textLayers = (0..<settings.layerCount).map { _ in QFormerTextLayer(settings) }
    imageProjection = Linear(width, configuration.imageTextSize, std: range)
    textProjection = Linear(width, configuration.imageTextSize, std: range)
    logitScale = Initialization.constant([], Self.initialLogitScale)
    matchingHead = Linear(width, 2, std: range)
    wordHead = Linear(width, width, std: range)
    wordNorm = LayerNorm(width, epsilon: Float(settings.layerNormEpsilon))
  }

  /// Image–text contrastive learning: the similarities of images and texts. An image's similarity is that of its query
  /// that is most similar to the text.
  ///
  /// - Parameters:
  ///   - image: what the image encoder returned, `[B, S, its width]`.
  ///   - ids: texts that begin with a token that stands for all of them, `[B, T]`.
  /// - Returns: cosines times the inverse temperature, `[B, B]`: row i is image i, column j text j.
  public func contrastiveLogits(image: Tensor, ids: IntTensor) -> Tensor {
    let states = read(ids, image: image, mask: .unimodal)
    let images = imageProjection(states.queries).l2Normalized()  // [B, Q, E]
    let texts = textProjection(states.text.select(0, dim: 1)).l2Normalized()  // [B, E]
    let cosines = images.matmul(texts.T)  // [B, Q, B]
    return cosines.max(dim: 1).values * logitScale.exp()
  }

  /// Image–text matching: whether a text is true of its image, the mean over the queries.
  ///
  /// - Parameters: as above.
  /// - Returns: the logits of "no" and "yes", `[B, 2]`.
  public func matchingLogits(image: Tensor, ids: IntTensor) -> Tensor {
    matchingHead(read(ids, image: image, mask: .bidirectional).queries).mean(dim: 1)
  }

  /// Image-grounded generation: which word comes next, for words that attend to queries but not to the image.
  ///
  /// - Parameter ids: texts that begin with the token with which generation begins, `[B, T]`.
  /// - Returns: `[B, T, V]`.
  public func generationLogits(image: Tensor, ids: IntTensor) -> Tensor {
    let states = read(ids, image: image, mask: .multimodalCausal).text
    let activation = configuration.queryTransformer.activation
    return wordNorm(activation(wordHead(states))).linear(weight: words.weight)  // [B, T, V]
  }

  /// Passes queries and words through the Q-Former together.
  ///
  /// - Returns: `[B, Q, D]` and `[B, T, D]`.
  func read(_ ids: IntTensor, image: Tensor, mask: QFormerMask) -> (queries: Tensor, text: Tensor) {
    let (texts, length, queryCount) = (ids.shape[0], ids.shape[1], configuration.queryCount)
    if image.shape[0] != texts { reportMisuse("QFormerPretraining", "\(image.shape[0]) images and \(texts) texts") }
    let padding = configuration.queryTransformer.padTokenID
    let attended = IntTensor(ids.scalars.map { $0 == padding ? 0 : 1 }, shape: ids.shape)
    let scores = mask.tensor(queryCount: queryCount, attended: attended)  // [B, 1, Q + T, Q + T]
    let text = words(ids) + positions(IntTensor(Array(0..<length)))  // [B, T, D]
    var x = qformer.norm(Tensor.cat([queryTokens.expand(texts, -1, -1), text], dim: 1))  // [B, Q + T, D]
    for (layer, textLayer) in zip(qformer.layers, textLayers) {
      let mixed = layer.selfAttention(x, mask: scores).split([queryCount, length], dim: 1)
      x = Tensor.cat([layer.gather(mixed[0], from: image), textLayer(mixed[1])], dim: 1)
    }
    let parts = x.split([queryCount, length], dim: 1)
    return (parts[0], parts[1])
  }
}

/// The text's feed-forward part of a layer.
final class QFormerTextLayer: Module {
  private let feedForward: FeedForward
  private let norm: LayerNorm

  override var keyNames: [String: String] { ["feedForward": ""] }

  init(_ configuration: QFormerConfiguration) {
    feedForward = FeedForward(configuration, std: (configuration.initializerRange, configuration.initializerRange))
    norm = LayerNorm(configuration.hiddenSize, epsilon: Float(configuration.layerNormEpsilon))
  }

  /// `[B, T, D]` to `[B, T, D]`.
  func callAsFunction(_ x: Tensor) -> Tensor { norm(x + feedForward(x)) }
}
