import Layers

/// The settings of BLIP (Li et al. 2022): `model_type` `blip`.
public struct BLIPConfiguration: SettingsGroup {
  /// The transformer over text, `text_config`.
  public var text = BLIPTextConfiguration()
  /// The image encoder, `vision_config`.
  public var vision = BLIPVisionConfiguration()
  /// The width of the joint embedding of the contrastive model, `projection_dim`.
  public var projectionSize = 512
  /// The width of the joint embedding of the retrieval model, `image_text_hidden_size`.
  public var imageTextSize = 256
  /// The contrastive model's scale before training, as the logarithm, `logit_scale_init_value`.
  public var initialLogitScale = 2.6592
  /// The share of the target that goes to all tokens evenly in training, `label_smoothing`.
  public var labelSmoothing = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02
  /// Whether the output layer is the token embedding, `tie_word_embeddings`; it is, too, where ``text`` says so.
  public var tiesWordEmbeddings = true

  /// The settings of `Salesforce/blip-vqa-base` but for the number of heads of the text transformer, which is 12 there.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("blip")
    try binder.group("text_config", &text)
    try binder.group("vision_config", &vision)
    try binder.idleSize("projection_dim", &projectionSize)
    try binder.idleSize("image_text_hidden_size", &imageTextSize)
    try binder.trainingNumber("logit_scale_init_value", &initialLogitScale)
    try binder.trainingNumber("label_smoothing", &labelSmoothing)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.flag("tie_word_embeddings", &tiesWordEmbeddings)
    text.encoderHiddenSize = vision.hiddenSize  // whatever the file says, as in transformers
    if binder.isReading && !text.isDecoder {
      throw binder.failure(
        "text_config.is_decoder", "is false, so a text would not depend on the image", .unsupported)
    }
  }
}

/// The settings of BLIP's transformer over text, a BERT whose layers also attend to the image.
public struct BLIPTextConfiguration: SettingsGroup {
  /// The number of tokens, `vocab_size`: BERT's, and \[DEC\] and \[ENC\].
  public var vocabularySize = 30524
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The width of the image encoder's output, `encoder_hidden_size`.
  public var encoderHiddenSize = 768
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The width of the joint embedding of the contrastive model, `projection_dim`.
  public var projectionSize = 768
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 8
  /// The longest text in tokens, `max_position_embeddings`.
  public var positionCount = 512
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.gelu
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-12
  /// The dropout of hidden states in training, `hidden_dropout_prob`.
  public var hiddenDropout = 0.0
  /// The dropout of attention weights in training, `attention_probs_dropout_prob`.
  public var attentionDropout = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02
  /// The token that a text begins with, \[DEC\], `bos_token_id`.
  public var bosTokenID: Int? = 30522
  /// Tokens that end nothing here: texts end with ``sepTokenID``, `eos_token_id`.
  public var eosTokenIDs = [2]
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int? = 0
  /// The token that ends a text, `sep_token_id`; with none, texts are as long as they may be.
  public var sepTokenID: Int? = 102
  /// Whether the layers attend to the image, `is_decoder`.
  public var isDecoder = true
  /// Whether the output layer is the token embedding, `tie_word_embeddings`.
  public var tiesWordEmbeddings = true
  /// The share of the target that goes to all tokens evenly in training, `label_smoothing`.
  public var labelSmoothing = 0.0

  /// The defaults of transformers.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("blip_text_model", "blip")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("hidden_size", &hiddenSize)
    try binder.idleSize("encoder_hidden_size", &encoderHiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.idleSize("projection_dim", &projectionSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
    try binder.size("max_position_embeddings", &positionCount)
    try binder.activation("hidden_act", &activation)
    try binder.number("layer_norm_eps", &layerNormEpsilon)
    try binder.trainingNumber("hidden_dropout_prob", &hiddenDropout)
    try binder.trainingNumber("attention_probs_dropout_prob", &attentionDropout)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
    try binder.token("pad_token_id", &padTokenID)
    try binder.token("sep_token_id", &sepTokenID)
    try binder.flag("is_decoder", &isDecoder)
    try binder.flag("tie_word_embeddings", &tiesWordEmbeddings)
    try binder.trainingNumber("label_smoothing", &labelSmoothing)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

/// The settings of BLIP's image encoder.
public struct BLIPVisionConfiguration: SettingsGroup {
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The width inside the feed-forward layers, `intermediate_size`.
  public var intermediateSize = 3072
  /// The width of the joint embedding of the contrastive model, `projection_dim`.
  public var projectionSize = 512
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The size of the images, `image_size`.
  public var imageSize = Extent(384)
  /// The size of the patches, `patch_size`.
  public var patchSize = Extent(16)
  /// The feed-forward layers' activation function, `hidden_act`.
  public var activation = Activation.gelu
  /// The ε of layer normalization, `layer_norm_eps`.
  public var layerNormEpsilon = 1e-5
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 1e-10

  /// The settings of `Salesforce/blip-image-captioning-base` but for the width of initial weights.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("blip_vision_model", "blip")
    try binder.size("hidden_size", &hiddenSize)
    try binder.size("intermediate_size", &intermediateSize)
    try binder.idleSize("projection_dim", &projectionSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("num_attention_heads", &headCount)
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

extension BLIPConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "blip"
  /// That of BERT.
  public static let vocabularyFile = "vocab.txt"
  /// How published files name the tensors.
  public static let names = PublishedNames(base: "blip", whole: ["vision_model", "text_encoder", "text_decoder"])
  /// The names of the token embedding and the output layer, where the settings say that both are one matrix: those of the
  /// whole or those of the text transformer are enough.
  public var tiedOutput: TiedOutput? {
    guard tiesWordEmbeddings || text.tiesWordEmbeddings else { return nil }
    return TiedOutput(
      table: "bert.embeddings.word_embeddings.weight", head: "cls.predictions.decoder.weight",
      bias: ("cls.predictions.bias", "cls.predictions.decoder.bias")
    ).within("text_decoder.")
  }
  /// The settings with these two apart.
  public var untied: Self {
    var settings = self
    settings.tiesWordEmbeddings = false
    settings.text.tiesWordEmbeddings = false
    return settings
  }
}
