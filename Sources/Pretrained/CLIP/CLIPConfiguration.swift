import Layers

/// The settings of CLIP (Radford et al. 2021): `model_type` `clip`.
public struct CLIPConfiguration: SettingsGroup {
  /// The text encoder, `text_config`.
  public var text = CLIPTextConfiguration()
  /// The image encoder, `vision_config`.
  public var vision = CLIPVisionConfiguration()
  /// The width of the joint embedding, `projection_dim`.
  public var projectionSize = 512
  /// The logarithm of the inverse temperature before training, `logit_scale_init_value`.
  public var initialLogitScale = 2.6592
  /// The factor on the width of random initial weights, `initializer_factor`.
  public var initializerFactor = 1.0

  /// The settings of `openai/clip-vit-base-patch32`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("clip")
    try binder.group("text_config", &text)
    try binder.group("vision_config", &vision)
    if binder.isReading {
      // Configurations of 2022 carry the settings twice. Where these keys are present, they win as a whole.
      try binder.group("text_config_dict", &text)
      try binder.group("vision_config_dict", &vision)
    }
    try binder.size("projection_dim", &projectionSize)
    try binder.trainingNumber("logit_scale_init_value", &initialLogitScale)
    try binder.trainingNumber("initializer_factor", &initializerFactor)
  }
}

/// The settings of CLIP's text encoder.
public struct CLIPTextConfiguration: SettingsGroup {
  /// The number of tokens, `vocab_size`.
  public var vocabularySize = 49408
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 512
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 2048
  /// The width of the joint embedding where this encoder is used alone, `projection_dim`.
  public var projectionSize = 512
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 8
  /// The longest text in tokens, `max_position_embeddings`.
  public var positionCount = 77
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.quickGELU
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-5
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int? = 1
  /// The token at the start of a text, `bos_token_id`.
  public var bosTokenID: Int? = 49406
  /// The token at the end of a text, at which it is pooled; 2 stands for pooling at the highest id, `eos_token_id`.
  public var eosTokenID: Int? = 49407

  /// The settings of `openai/clip-vit-base-patch32`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("clip_text_model", "clip")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.idleSize("projection_dim", &projectionSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("max_position_embeddings", &positionCount)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.token("pad_token_id", &padTokenID)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.token("eos_token_id", &eosTokenID)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

/// The settings of CLIP's image encoder.
public struct CLIPVisionConfiguration: SettingsGroup {
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The width of the joint embedding where this encoder is used alone, `projection_dim`.
  public var projectionSize = 512
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The number of color channels, `num_channels`.
  public var channelCount = 3
  /// The size of the images, `image_size`.
  public var imageSize = Extent(224)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(32)
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.quickGELU
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-5
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02

  /// The settings of `openai/clip-vit-base-patch32`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("clip_vision_model", "clip")
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.idleSize("projection_dim", &projectionSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("num_channels", &channelCount)
    try binder.extent("image_size", &imageSize)
    try binder.extent("patch_size", &patchSize)
    try binder.requirePatch(in: imageSize, patchSize)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

// MARK: Names in checkpoints

extension CLIPConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "clip"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "clip", whole: ["logit_scale", "text_model", "vision_model", "text_projection", "visual_projection"])
}
