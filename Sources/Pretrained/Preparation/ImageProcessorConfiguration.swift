import Images

/// What an image processor does, as in `preprocessor_config.json`, with transformers' defaults for each kind.
public struct ImageProcessorConfiguration: Sendable, Equatable {
  /// The size an image is brought to.
  public enum Size: Sendable, Equatable {
    /// Exactly so, whatever the shape was.
    case exact(height: Int, width: Int)
    /// The shorter side so long, the shape kept; if given, the longer one at most `longest`.
    case shortestEdge(Int, longest: Int?)
  }

  /// Which processor it is.
  public let kind: ImageProcessorKind
  /// Whether gray, palette and transparent images become RGB; without it they are refused.
  public var convertsToRGB: Bool
  /// The size to resize to, or nil to leave images as they are.
  public var size: Size?
  /// How pixels between pixels are found.
  public var filter: ResamplingFilter
  /// Height and width that are cut out of the middle, or nil to leave images whole.
  public var cropSize: CropSize?
  /// What samples are multiplied with, or nil for nothing.
  public var rescaleFactor: Double?
  /// Mean and deviation that are taken off and divided by, one a channel, or nil for nothing.
  public var normalization: Normalization?
  /// Whether images of a batch are padded with zeros at the right and the bottom to the largest, or to ``padSize``.
  public var pads: Bool
  /// The size that images are padded to; nil for that of the largest of the batch, and always so for ViLT.
  public var padSize: CropSize?
  /// For ViLT: what both sides must be multiples of.
  public var sizeDivisor: Int

  /// Height and width of what is cut out, or padded to.
  public struct CropSize: Sendable, Equatable {
    /// In pixels.
    public let height, width: Int

    /// From height and width in pixels.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// Mean and standard deviation of each channel.
  public struct Normalization: Sendable, Equatable {
    /// Of red, green and blue, where samples go from 0 to 1.
    public let mean, deviation: [Double]

    /// From three means and three deviations.
    public init(mean: [Double], deviation: [Double]) {
      self.mean = mean
      self.deviation = deviation
    }

    /// Of the pictures that OpenAI trained CLIP on.
    public static let openAI = Normalization(
      mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711])
    /// From -1 to 1 ("ImageNet standard").
    public static let standard = Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
  }

  /// The defaults of one kind, as its class in transformers 5 has them.
  public init(_ kind: ImageProcessorKind) {
    self.kind = kind
    rescaleFactor = 1.0 / 255
    filter = kind == .vit ? .bilinear : .bicubic
    convertsToRGB = kind == .clip || kind == .blip
    cropSize = kind.cropsByDefault ? kind.cropSize : nil
    normalization = convertsToRGB ? .openAI : .standard
    pads = kind == .vilt
    sizeDivisor = 32
    switch kind {
    case .clip: size = .shortestEdge(224, longest: nil)
    case .vit, .beit: size = .exact(height: 224, width: 224)
    case .deit: size = .exact(height: 256, width: 256)
    case .vilt: size = .shortestEdge(384, longest: nil)
    case .blip: size = .exact(height: 384, width: 384)
    }
  }
}
