import Layers
import Support

/// The settings of SigLIP (Zhai et al. 2023), and of those checkpoints of SigLIP 2 (Tschannen et al. 2025) that take
/// pictures of one size: `model_type` `siglip`.
public struct SigLIPConfiguration: SettingsGroup {
  /// The text encoder, `text_config`.
  public var text = SigLIPTextConfiguration()
  /// The image encoder, `vision_config`.
  public var vision = SigLIPVisionConfiguration()
  /// The factor on the width of random initial weights of a classifier, `initializer_factor`.
  public var initializerFactor = 1.0

  /// The settings of `google/siglip-base-patch16-224`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("siglip")
    try binder.group("text_config", &text)
    try binder.group("vision_config", &vision)
    try binder.trainingNumber("initializer_factor", &initializerFactor)
  }
}

/// The settings of SigLIP's text encoder.
public struct SigLIPTextConfiguration: SettingsGroup {
  /// The number of tokens, `vocab_size`.
  public var vocabularySize = 32000
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The width of the joint embedding, `projection_size`; where a file does not say it, ``hiddenSize``.
  public var projectionSize = 768
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The length of every text in tokens, filled up where it is shorter, `max_position_embeddings`.
  public var positionCount = 64
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.geluTanh
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-6
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The padding token, `pad_token_id`; the tokenizer's own counts.
  public var padTokenID: Int? = 1
  /// A token at the start of a text, `bos_token_id`; SigLIP's texts have none.
  public var bosTokenID: Int? = 49406
  /// The tokens at the end of a text, `eos_token_id`; the tokenizer's own counts.
  public var eosTokenIDs = [49407]

  /// The settings of `google/siglip-base-patch16-224`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("siglip_text_model", "siglip")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    var width = binder.isReading ? nil : Optional(projectionSize)
    try binder.optionalSize("projection_size", &width)
    projectionSize = width ?? hiddenSize
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("max_position_embeddings", &positionCount)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.token("pad_token_id", &padTokenID)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

/// The settings of SigLIP's image encoder.
public struct SigLIPVisionConfiguration: SettingsGroup {
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The number of color channels, `num_channels`.
  public var channelCount = 3
  /// The size of the images, `image_size`.
  public var imageSize = Extent(224)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(16)
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.geluTanh
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-6
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// Whether the patches are pooled to one vector, `vision_use_head`: without it pictures cannot be compared with texts.
  public var usesHead = true

  /// The settings of `google/siglip-base-patch16-224`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("siglip_vision_model", "siglip")
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("num_channels", &channelCount)
    try binder.extent("image_size", &imageSize)
    try binder.extent("patch_size", &patchSize)
    try binder.requirePatch(in: imageSize, patchSize)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.flag("vision_use_head", &usesHead)
    if binder.isReading, !usesHead {
      throw binder.failure(
        "vision_use_head", "is false: without its pooling head the model makes no vector of a picture", .unsupported)
    }
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

// MARK: Names in checkpoints

extension SigLIPConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "siglip"
  /// That of SentencePiece.
  public static let vocabularyFile = "spiece.model"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "siglip", whole: ["logit_scale", "logit_bias", "text_model", "vision_model"])
}
