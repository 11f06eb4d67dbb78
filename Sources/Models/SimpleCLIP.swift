import Layers
import Support
import Tensors

/// The notebook's simplified CLIP (after Radford et al. 2021, figure 3): two towers into one space.
///
/// By default it has the notebook's simplifications, which Lesson 05 examines: the image tower has no positions, a text's
/// vector is that of its first token, padding is not masked, all layers of a tower start with the same weights, and the
/// temperature has no bound. ``Configuration`` and ``clampLogitScale(largest:)`` change each of these but the second.
public final class SimpleCLIP: Module {
  /// Sizes and variants.
  public struct Configuration: Sendable {
    /// D, the width of the tokens and of the common space.
    public var embedDim: Int
    /// How many different tokens there are.
    public var vocabularySize: Int
    /// The most tokens of a text.
    public var maxSequenceLength: Int
    /// Height and width of the images.
    public var imageSize: Int
    /// Height and width of a patch.
    public var patchSize: Int
    /// How many heads each layer has.
    public var headCount: Int
    /// How many layers each tower has.
    public var depth: Int
    /// The width within the feed-forward parts.
    public var feedForwardDim: Int
    /// The share of values that is dropped while training, from 0 to 1.
    public var dropout: Double
    /// The standard deviation of the learned vectors of the patches' positions at first; nil has no such vectors.
    public var imagePositionStd: Double?
    /// The token that fills up short texts, to which no token attends; nil masks nothing.
    public var paddingIndex: Int?
    /// Whether each layer draws weights of its own rather than a copy of the first one's.
    public var hasIndependentLayers: Bool
    /// What the cosines are divided by at first, τ; positive.
    public var temperature: Double
    /// What is added to all scaled cosines at first, for ``sigmoidLoss(_:)``; nil adds nothing.
    public var initialBias: Float?

    /// The notebook's model, but for what is given.
    public init(
      embedDim: Int = 512, vocabularySize: Int = 10000, maxSequenceLength: Int = 77, imageSize: Int = 224,
      patchSize: Int = 16, headCount: Int = 8, depth: Int = 6, feedForwardDim: Int = 2048, dropout: Double = 0.1,
      imagePositionStd: Double? = nil, paddingIndex: Int? = nil, hasIndependentLayers: Bool = false,
      temperature: Double = 0.07, initialBias: Float? = nil
    ) {
      (self.embedDim, self.vocabularySize, self.maxSequenceLength) = (embedDim, vocabularySize, maxSequenceLength)
      (self.imageSize, self.patchSize) = (imageSize, patchSize)
      (self.headCount, self.depth, self.feedForwardDim) = (headCount, depth, feedForwardDim)
      (self.dropout, self.imagePositionStd) = (dropout, imagePositionStd)
      self.paddingIndex = paddingIndex
      (self.hasIndependentLayers, self.temperature, self.initialBias) = (hasIndependentLayers, temperature, initialBias)
    }
  }

  /// What the model was made from.
  public let configuration: Configuration
  let posEmbed: Tensor
  /// The logarithm of what the cosines are multiplied by, ln(1 / 0.07) at first.
  public let logitScale: Tensor
  /// A number that is added to the scaled cosines, if the configuration has one.
  public let logitBias: Tensor?
  /// A learned vector for each patch, `[1, N, D]`, if the configuration has them.
  public let imagePosEmbed: Tensor?
  let imageEncoder: ImageTower
  let imageProj: Linear
  let tokenEmbed: Embedding
  let textEncoder: TransformerEncoder
  let textProj: Linear

  /// A model with the notebook's initial values, drawn in PyTorch's order.
  public init(_ configuration: Configuration = Configuration()) {
    let end = OuterCall.begin("SimpleCLIP")
    defer { end() }
    let temperature = configuration.temperature
    if !(temperature > 0 && temperature.isFinite && (1 / temperature).isFinite) {
      reportMisuse(
        "SimpleCLIP", "the temperature divides the cosines and is positive, not \(temperature)")
    }
    self.configuration = configuration
    let width = configuration.embedDim
    if configuration.depth < 0 || configuration.vocabularySize <= 0 || configuration.maxSequenceLength <= 0 {
      reportMisuse(
        "SimpleCLIP",
        "\(configuration.depth) layers, \(configuration.vocabularySize) words and texts of "
          + "\(configuration.maxSequenceLength) tokens make no model")
    }
    func layer() -> TransformerEncoderLayer {
      TransformerEncoderLayer(
        embedDim: width, headCount: configuration.headCount, feedForwardDim: configuration.feedForwardDim,
        dropout: configuration.dropout)
    }
    func encoder() -> TransformerEncoder {
      if !configuration.hasIndependentLayers { return TransformerEncoder(layer(), layerCount: configuration.depth) }
      requireMemory(for: [configuration.depth, 4, width, width], "SimpleCLIP")
      return TransformerEncoder((0..<configuration.depth).map { _ in layer() })
    }
    let patches = PatchEmbedding(
      imageSize: configuration.imageSize, patchSize: configuration.patchSize, embedDim: width)
    imageEncoder = ImageTower(patches, makeEncoder: encoder)
    imageProj = Linear(width, width)
    tokenEmbed = Embedding(configuration.vocabularySize, width)
    posEmbed = Initialization.constant([1, configuration.maxSequenceLength, width], 0)
    textEncoder = encoder()
    textProj = Linear(width, width)
    logitScale = Initialization.constant([], Float(ElementaryDouble.log(1 / configuration.temperature)))
    logitBias = configuration.initialBias.map { Initialization.constant([], $0) }
    imagePosEmbed = configuration.imagePositionStd.map {
      Initialization.normal([1, patches.patchCount, width], std: $0)
    }
  }

  /// - Parameter image: `[B, 3, H, W]`.
  /// - Returns: unit vectors `[B, D]`.
  public func encodeImage(_ image: Tensor) -> Tensor {
    calling("SimpleCLIP", ("images", image.shape)) {
      imageProj(imageEncoder(image, positions: imagePosEmbed).mean(dim: 1)).l2Normalized()
    }
  }

  /// - Parameter ids: tokens `[B, T]`.
  /// - Returns: unit vectors `[B, D]`.
  public func encodeText(_ ids: IntTensor) -> Tensor {
    if ids.shape.count != 2 || ids.shape[1] > posEmbed.shape[1] || ids.shape[1] == 0 {
      reportMisuse("SimpleCLIP", "texts of shape \(ids.shape), not [batch, 1 to \(posEmbed.shape[1])]")
    }
    return calling("SimpleCLIP", ("texts", ids.shape)) {
      let x = tokenEmbed(ids) + posEmbed.slice(0..<ids.shape[1], dim: 1)  // [B, T, D]
      return textProj(textEncoder(x, mask: paddingMask(ids)).select(0, dim: 1)).l2Normalized()
    }
  }

  /// - Returns: similarities of all images and texts, `[images, texts]`.
  public func callAsFunction(_ image: Tensor, _ ids: IntTensor) -> Tensor {
    calling("SimpleCLIP", ("images", image.shape), ("texts", ids.shape)) {
      let logits = (logitScale.exp() * encodeImage(image)).matmul(encodeText(ids).T)
      return logitBias.map { logits + $0 } ?? logits
    }
  }

  /// Limits the factor of the cosines to `largest`, as CLIP does after each step (its section 2.5).
  ///
  /// - Parameter largest: at least 1.
  public func clampLogitScale(largest: Double = 100) {
    if !(largest >= 1) {
      reportMisuse("SimpleCLIP", "the largest factor of the cosines is at least 1, not \(largest)")
    }
    noGrad { logitScale.assign(logitScale.clamp(0, Float(ElementaryDouble.log(largest)))) }
  }

  /// -∞ where a key is padding, `[B, 1, 1, T]`.
  private func paddingMask(_ ids: IntTensor) -> Tensor? {
    guard let padding = configuration.paddingIndex else { return nil }
    let isToken = ids.scalars.map { $0 == padding ? Float(0) : 1 }
    return .attentionMask(visible: Tensor(isToken, shape: [ids.shape[0], 1, 1, ids.shape[1]]))
  }
}

/// Patches and an encoder in a row, named as in PyTorch's `nn.Sequential`.
final class ImageTower: Module {
  let patchEmbedding: PatchEmbedding
  let encoder: TransformerEncoder

  override var keyNames: [String: String] { ["patchEmbedding": "0", "encoder": "1"] }

  init(_ patchEmbedding: PatchEmbedding, makeEncoder: () -> TransformerEncoder) {
    self.patchEmbedding = patchEmbedding
    encoder = makeEncoder()
  }

  func callAsFunction(_ image: Tensor, positions: Tensor?) -> Tensor {
    let patches = patchEmbedding(image)  // [B, N, D]
    return encoder(positions.map { patches + $0 } ?? patches)
  }
}
