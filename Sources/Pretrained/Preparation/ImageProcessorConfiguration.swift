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
    convertsToRGB = kind == .clip || kind == .blip || kind == .siglip
    cropSize = kind.cropsByDefault ? kind.cropSize : nil
    normalization = kind == .clip || kind == .blip ? .openAI : .standard
    pads = kind == .vilt
    sizeDivisor = 32
    switch kind {
    case .clip: size = .shortestEdge(224, longest: nil)
    case .vit, .beit, .siglip: size = .exact(height: 224, width: 224)
    case .deit: size = .exact(height: 256, width: 256)
    case .vilt: size = .shortestEdge(384, longest: nil)
    case .blip: size = .exact(height: 384, width: 384)
    }
  }
}

/// The image processors of transformers that are known here, one a family of models.
public enum ImageProcessorKind: String, Sendable, CaseIterable {
  /// Shorter side to 224, center cut out; for CLIP (Radford et al. 2021).
  case clip = "CLIPImageProcessor"
  /// Squeezed into 224×224; for ViT, the captioner with a ViT encoder, and TrOCR's, where files say 384×384
  /// (Dosovitskiy et al. 2021).
  case vit = "ViTImageProcessor"
  /// Squeezed into 256×256, 224×224 cut out of the middle; for DeiT (Touvron et al. 2021).
  case deit = "DeiTImageProcessor"
  /// Squeezed into 224×224 with another filter than ViT's; for BEiT (Bao et al. 2022).
  case beit = "BeitImageProcessor"
  /// Shape kept in multiples of 32, padded to the largest of a batch, with a mask; for ViLT (Kim et al. 2021).
  case vilt = "ViltImageProcessor"
  /// Squeezed into 384×384; for BLIP and BLIP-2 (Li et al. 2022, 2023).
  case blip = "BlipImageProcessor"
  /// Squeezed into 224×224 with CLIP's filter and ViT's range from -1 to 1; for SigLIP (Zhai et al. 2023).
  case siglip = "SiglipImageProcessor"

  /// The kind of a class name in a `preprocessor_config.json`: older files say `…FeatureExtractor`, and some have
  /// `Fast` or `Pil` at the end.
  init?(className: String) {
    var name = className.replacing("FeatureExtractor", with: "ImageProcessor")
    for ending in ["Fast", "Pil"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
    self.init(rawValue: name)
  }

  /// The kind that a model takes where its `preprocessor_config.json` names none.
  init?(modelType: String) {
    switch modelType {
    case "clip", "clip_vision_model": self = .clip
    case "vit", "trocr", "vision-encoder-decoder": self = .vit
    case "deit": self = .deit
    case "beit": self = .beit
    case "vilt": self = .vilt
    case "blip", "blip-2": self = .blip
    case "siglip", "siglip_vision_model": self = .siglip
    default: return nil
    }
  }

  /// Whether the middle is cut out unless a configuration says otherwise.
  var cropsByDefault: Bool { self == .clip || self == .deit }

  /// What is cut out where a configuration names no size, or nil where it has to.
  var cropSize: ImageProcessorConfiguration.CropSize? {
    switch self {
    case .clip, .deit, .beit: ImageProcessorConfiguration.CropSize(height: 224, width: 224)
    case .vit, .vilt, .blip, .siglip: nil
    }
  }

  /// Whether a size of one number means a square; for the others it is the length of the shorter side.
  var isSquareByDefault: Bool { self != .clip && self != .vilt && self != .siglip }
}
