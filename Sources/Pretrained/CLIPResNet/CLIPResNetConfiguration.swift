import Layers
import Support

/// The settings of a CLIP whose image tower is a ResNet (Radford et al. 2021, section 2.4). transformers has no such model;
/// open_clip publishes it.
public struct CLIPResNetConfiguration: SettingsGroup {
  /// The text encoder.
  public var text: CLIPTextConfiguration = {
    var text = CLIPTextConfiguration()
    (text.projectionSize, text.eosTokenID) = (1024, 2)
    return text
  }()
  /// The image encoder.
  public var vision = CLIPResNetVisionConfiguration()
  /// The width of the joint embedding.
  public var projectionSize = 1024

  /// The settings of RN50, `timm/resnet50_clip.openai`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType(Self.modelType)
    try binder.group("text_config", &text)
    try binder.group("vision_config", &vision)
    try binder.size("projection_dim", &projectionSize)
  }
}

/// The settings of CLIP's ResNet.
public struct CLIPResNetVisionConfiguration: SettingsGroup {
  /// The number of blocks of each of the four stages.
  public var blockCounts = [3, 4, 6, 3]
  /// The width of the first stage's inner convolutions; its blocks give four times as many channels.
  public var width = 64
  /// The number of attention heads of the pooling.
  public var headCount = 32
  /// The side of the images, which are squares.
  public var imageSize = 224

  /// The settings of RN50.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    for stage in blockCounts.indices {
      try binder.layerCount("layers.\(stage)", &blockCounts[stage])
    }
    try binder.size("width", &width)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("image_size", &imageSize)
  }

  /// The channels of the last stage, and the width of the tokens that are pooled.
  var featureWidth: Int { 32 * width }

  /// How many places of the last stage are pooled.
  var placeCount: Int { (imageSize / 32) * (imageSize / 32) }
}

extension CLIPResNetConfiguration: PretrainedConfiguration {
  /// How messages call the kind of model; no `config.json` says it.
  public static let modelType = "clip_resnet"
  /// The tensors' names, once those of open_clip's text tower are CLIP's.
  public static let names = PublishedNames(
    base: "clip", whole: ["logit_scale", "text_model", "vision_model", "text_projection"],
    ignored: ["*.num_batches_tracked"])

  /// The settings of a CLIP that open_clip describes, with a ResNet for images.
  init(_ settings: OpenCLIPSettings, blocks: [Int]) {
    text = CLIPTextConfiguration(settings)
    projectionSize = settings.embeddingWidth
    vision.blockCounts = blocks
    vision.width = settings.vision.width
    vision.headCount = settings.vision.width * 32 / settings.vision.headWidth
    vision.imageSize = settings.vision.imageSize.height
  }
}
