import Layers

/// The settings of BLIP-2 (Li et al. 2023): `model_type` `blip-2`, with an OPT as its language model.
public struct BLIP2Configuration: SettingsGroup {
  /// The image encoder, `vision_config`.
  public var vision = BLIP2VisionConfiguration()
  /// The querying transformer between image and text, `qformer_config`.
  public var queryTransformer = QFormerConfiguration()
  /// The language model, `text_config`.
  public var text = OPTConfiguration()
  /// The number of learned queries, `num_query_tokens`.
  public var queryCount = 32
  /// The width of the joint embedding of the retrieval model, `image_text_hidden_size`.
  public var imageTextSize = 256
  /// The token that holds the place of an image in a text, `image_token_index`; `nil` in older checkpoints.
  public var imageTokenID: Int?
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02

  /// The defaults, close to `Salesforce/blip2-opt-2.7b` but for its language model.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("blip-2")
    try binder.group("vision_config", &vision)
    try binder.group("qformer_config", &queryTransformer)
    try binder.group("text_config", &text)
    try binder.size("num_query_tokens", &queryCount)
    try binder.idleSize("image_text_hidden_size", &imageTextSize)
    try binder.token("image_token_index", &imageTokenID, alias: "image_token_id")
    try binder.trainingNumber("initializer_range", &initializerRange)
    queryTransformer.encoderHiddenSize = vision.hiddenSize  // whatever the file says, as in transformers
    if binder.isReading, let imageTokenID, !(0..<text.vocabularySize).contains(imageTokenID) {
      throw binder.failure(
        "image_token_index",
        "is token \(imageTokenID), but text_config.vocab_size says that there are 0 to \(text.vocabularySize - 1)")
    }
    if binder.isReading, queryCount >= text.positionCount {
      throw binder.failure(
        "num_query_tokens",
        "is \(queryCount), but text_config.max_position_embeddings says \(text.positionCount): there is no place for a text"
      )
    }
    if binder.isReading, text.embeddingSize > text.hiddenSize {
      throw binder.failure(
        "text_config.word_embed_proj_dim",
        "is \(text.embeddingSize), but text_config.hidden_size says \(text.hiddenSize): an image's tokens would not fill "
          + "their places")
    }
  }
}

/// The settings of BLIP-2's image encoder.
public struct BLIP2VisionConfiguration: SettingsGroup {
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 1408
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 6144
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 39
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 16
  /// The size of the images, `image_size`.
  public var imageSize = Extent(224)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(14)
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.gelu
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-6
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 1e-10
  /// Whether queries and values have a bias, `qkv_bias`.
  public var hasAttentionBias = true

  /// The settings of EVA-CLIP's ViT-g without its last layer.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("blip_2_vision_model", "blip-2")
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.extent("image_size", &imageSize)
    try binder.extent("patch_size", &patchSize)
    try binder.requirePatch(in: imageSize, patchSize)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.flag("qkv_bias", &hasAttentionBias)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

/// The settings of BLIP-2's querying transformer.
public struct QFormerConfiguration: SettingsGroup {
  /// The number of tokens where it also reads text, `vocab_size`.
  public var vocabularySize = 30522
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.gelu
  /// The dropout of hidden states in training, `hidden_dropout_prob`.
  public var hiddenDropout = 0.1
  /// The dropout of attention weights in training, `attention_probs_dropout_prob`.
  public var attentionDropout = 0.1
  /// The longest text in tokens, `max_position_embeddings`.
  public var positionCount = 512
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-12
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int? = 0
  /// Every so many layers attend to the image, beginning with the first, `cross_attention_frequency`.
  public var crossAttentionFrequency = 2
  /// The width of the image encoder's output, `encoder_hidden_size`.
  public var encoderHiddenSize = 1408
  /// Whether it also reads text, `use_qformer_text_input`.
  public var readsText = false

  /// The settings of `Salesforce/blip2-opt-2.7b`.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("blip_2_qformer", "blip-2")
    try binder.idleSize("vocab_size", &vocabularySize)
    try binder.size("hidden_size", &hiddenSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.activation("hidden_act", &activation)
    try binder.trainingNumber("hidden_dropout_prob", &hiddenDropout)
    try binder.trainingNumber("attention_probs_dropout_prob", &attentionDropout)
    try binder.idleSize("max_position_embeddings", &positionCount)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.token("pad_token_id", &padTokenID)
    try binder.size("cross_attention_frequency", &crossAttentionFrequency)
    try binder.idleSize("encoder_hidden_size", &encoderHiddenSize)
    try binder.flag("use_qformer_text_input", &readsText)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}
extension BLIP2Configuration {
  /// The settings of `Salesforce/blip2-opt-2.7b`: the defaults, with OPT-2.7B as its language model, whose vocabulary has
  /// grown by the image's token and places to spare.
  public static let blip2OPT27B: BLIP2Configuration = {
    var configuration = BLIP2Configuration()
    configuration.text.hiddenSize = 2560
    configuration.text.layerCount = 32
    configuration.text.headCount = 32
    configuration.text.intermediateSize = 10_240
    configuration.text.vocabularySize = 50_304
    return configuration
  }()
}

// MARK: Names in checkpoints

extension BLIP2Configuration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "blip-2"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "blip", whole: ["vision_model", "query_tokens", "qformer", "language_projection", "language_model"],
    ignored: [
      "*.position_ids", "itm_head.*", "vision_projection.*", "text_projection.*", "embeddings.*", "qformer.cls.*",
      "*.rotary_emb.inv_freq",
    ])
  /// The names of the token embedding and the output layer, where the settings say that both are one matrix.
  public var tiedOutput: TiedOutput? { text.tiedOutput?.within("language_model.") }
  /// The settings with these two apart.
  public var untied: Self {
    var settings = self
    settings.text = text.untied
    return settings
  }
}
