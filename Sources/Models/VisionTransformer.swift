import Layers
import Support
import Tensors

/// The Vision Transformer (Dosovitskiy et al. 2021, figure 1), as the notebook builds it.
///
/// It differs from the paper as the notebook does: the encoder layers normalize after each part rather than before, all
/// of them start with the same weights, and the patches come from PyTorch's default convolution. `Configuration` has a
/// switch for each part that the lessons compare.
public final class VisionTransformer: Module, UnaryLayer {
  /// Sizes and variants.
  public struct Configuration: Sendable {
    /// Height and width of the images.
    public var imageSize: Int
    /// Height and width of a patch.
    public var patchSize: Int
    /// Channels of the images.
    public var channels: Int
    /// The number of classes.
    public var classCount: Int
    /// D, the width of a token.
    public var embedDim: Int
    /// How many encoder layers.
    public var depth: Int
    /// How many heads each has.
    public var headCount: Int
    /// The width within the feed-forward part, in units of D.
    public var mlpRatio: Double
    /// The share of values that is dropped while training.
    public var dropout: Double
    /// Whether layers normalize before each part, as in the paper, rather than after.
    public var normFirst: Bool
    /// Whether a position vector is added to each token.
    public var hasPositions: Bool
    /// What is the input of the head.
    public var pooling: Pooling

    /// ViT-Base with patches of 16 pixels, the notebook's defaults, but for what is given.
    public init(
      imageSize: Int = 224, patchSize: Int = 16, channels: Int = 3, classCount: Int = 1000, embedDim: Int = 768,
      depth: Int = 12, headCount: Int = 12, mlpRatio: Double = 4, dropout: Double = 0.1, normFirst: Bool = false,
      hasPositions: Bool = true, pooling: Pooling = .classToken
    ) {
      (self.imageSize, self.patchSize, self.channels, self.classCount) = (imageSize, patchSize, channels, classCount)
      (self.embedDim, self.depth, self.headCount, self.mlpRatio) = (embedDim, depth, headCount, mlpRatio)
      (self.dropout, self.normFirst) = (dropout, normFirst)
      (self.hasPositions, self.pooling) = (hasPositions, pooling)
    }
  }

  /// Which vector stands for the image.
  public enum Pooling: Sendable {
    /// The extra token in front.
    case classToken
    /// The mean of the patches' tokens.
    case mean
  }

  /// What the model was made from.
  public let configuration: Configuration
  /// The extra token in front, `[1, 1, D]`.
  let clsToken: Tensor
  /// A learned vector for each position, `[1, N + 1, D]`.
  public let posEmbed: Tensor
  /// Cuts an image into patches and projects each.
  public let patchEmbed: PatchEmbedding
  let posDrop: Dropout
  /// The encoder: layers of attention and of feed-forward, one after another.
  public let transformer: TransformerEncoder
  /// The normalization of the image's vector.
  public let norm: LayerNorm
  /// From the image's vector to one score for each class.
  public let head: Linear

  /// A model with the notebook's initial values, drawn in PyTorch's order.
  public init(_ configuration: Configuration = Configuration()) {
    let end = OuterCall.begin("VisionTransformer")
    defer { end() }
    self.configuration = configuration
    let width = configuration.embedDim
    let feedForwardDim = Int(exactly: (Double(width) * configuration.mlpRatio).rounded(.towardZero))
    guard configuration.depth >= 0, configuration.classCount > 0, let feedForwardDim else {
      reportMisuse(
        "VisionTransformer",
        "\(configuration.depth) layers of width \(width), MLPs of \(configuration.mlpRatio) times that and "
          + "\(configuration.classCount) classes make no model")
    }
    patchEmbed = PatchEmbedding(
      imageSize: configuration.imageSize, patchSize: configuration.patchSize, channels: configuration.channels,
      embedDim: width)
    posDrop = Dropout(configuration.dropout)
    transformer = TransformerEncoder(
      TransformerEncoderLayer(
        embedDim: width, headCount: configuration.headCount,
        feedForwardDim: feedForwardDim, dropout: configuration.dropout,
        activation: .gelu, normFirst: configuration.normFirst),
      layerCount: configuration.depth)
    norm = LayerNorm(width)
    head = Linear(width, configuration.classCount)
    posEmbed = Initialization.normal([1, patchEmbed.patchCount + 1, width], std: 0.02)
    clsToken = Initialization.normal([1, 1, width], std: 0.02)
  }

  /// A ViT with the notebook's settings and another number of classes.
  public convenience init(classCount: Int) {
    var configuration = Configuration()
    configuration.classCount = classCount
    self.init(configuration)
  }

  /// - Parameter image: `[B, C, H, W]`.
  /// - Returns: class scores `[B, classCount]`.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    calling("VisionTransformer", ("images", image.shape)) {
      let encoded = transformer(tokens(image))  // [B, N + 1, D]
      let pooled =
        switch configuration.pooling {
        case .classToken: encoded.select(0, dim: 1)  // [B, D]
        case .mean: encoded.slice(1..<encoded.shape[1], dim: 1).mean(dim: 1)  // [B, D]
        }
      return head(norm(pooled))
    }
  }

  /// The input of the encoder: the class token and the patches, each with its position.
  ///
  /// - Returns: `[B, N + 1, D]`.
  public func tokens(_ image: Tensor) -> Tensor {
    calling("VisionTransformer", ("images", image.shape)) {
      let patches = patchEmbed(image)  // [B, N, D]
      let x = Tensor.cat([clsToken.expand(image.shape[0], -1, -1), patches], dim: 1)  // [B, N + 1, D]
      return posDrop(configuration.hasPositions ? x + posEmbed : x)
    }
  }
}

extension AttentionRecorder {
  /// The attention of every layer of a model in evaluation mode: of N + 1 tokens to N + 1 tokens.
  ///
  /// - Parameter image: `[B, C, H, W]`.
  public init(_ model: VisionTransformer, _ image: Tensor) {
    self.init(model.transformer.layers, model.tokens(image)) { layer, x in
      (layer.selfAttn.attentionWeights(layer.attentionInput(x)), layer(x))
    }
  }
}
