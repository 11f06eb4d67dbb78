import Images

/// The image processors of transformers that are known here, one a family of models.
public enum ImageProcessorKind: String, Sendable, CaseIterable {
  /// Shorter side to 224, center cut out; for CLIP (Radford et al. 2021).
  case clip = "CLIPImageProcessor"
  /// Squeezed into 224×224; for ViT and the captioner with a ViT encoder (Dosovitskiy et al. 2021).
  case vit = "ViTImageProcessor"
  /// Squeezed into 256×256, 224×224 cut out of the middle; for DeiT (Touvron et al. 2021).
  case deit = "DeiTImageProcessor"
  /// Squeezed into 224×224 with another filter than ViT's; for BEiT (Bao et al. 2022).
  case beit = "BeitImageProcessor"
  /// Shape kept in multiples of 32, padded to the largest of a batch, with a mask; for ViLT (Kim et al. 2021).
  case vilt = "ViltImageProcessor"
  /// Squeezed into 384×384; for BLIP and BLIP-2 (Li et al. 2022, 2023).
  case blip = "BlipImageProcessor"

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
    case "vit", "vision-encoder-decoder": self = .vit
    case "deit": self = .deit
    case "beit": self = .beit
    case "vilt": self = .vilt
    case "blip", "blip-2": self = .blip
    default: return nil
    }
  }

  /// Whether the middle is cut out unless a configuration says otherwise.
  var cropsByDefault: Bool { self == .clip || self == .deit }

  /// What is cut out where a configuration names no size, or nil where it has to.
  var cropSize: ImageProcessorConfiguration.CropSize? {
    switch self {
    case .clip, .deit, .beit: ImageProcessorConfiguration.CropSize(height: 224, width: 224)
    case .vit, .vilt, .blip: nil
    }
  }

  /// Whether a size of one number means a square; for the others it is the length of the shorter side.
  var isSquareByDefault: Bool { self != .clip && self != .vilt }
}
