import Layers

/// The settings of OPT (Zhang et al. 2022): `model_type` `opt`.
public struct OPTConfiguration: SettingsGroup {
  /// The number of tokens, `vocab_size`.
  public var vocabularySize = 50272
  /// The width of the residual stream, `hidden_size`.
  public var hiddenSize = 768
  /// The number of layers, `num_hidden_layers`.
  public var layerCount = 12
  /// The width inside the feed-forward layers, `ffn_dim`.
  public var intermediateSize = 3072
  /// The longest text in tokens, `max_position_embeddings`; the table has two rows more.
  public var positionCount = 2048
  /// Whether layers normalize their input (all but the 350M model) or their output, `do_layer_norm_before`.
  public var normalizesBefore = true
  /// Whether the normalization after the last layer is left out, `_remove_final_layer_norm`.
  public var omitsFinalNorm = false
  /// The width of the token embeddings, `word_embed_proj_dim`; `nil` stands for ``hiddenSize``.
  public var wordEmbeddingSize: Int?
  /// The dropout of hidden states in training, `dropout`.
  public var dropout = 0.1
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The number of attention heads, `num_attention_heads`.
  public var headCount = 12
  /// The feed-forward layers' activation function, `activation_function`.
  public var activation = Activation.relu
  /// The width of random initial weights, `init_std`.
  public var initializerRange = 0.02
  /// Whether linear layers have a bias, `enable_bias`.
  public var hasBias = true
  /// Whether layer normalizations have a weight and a bias, `layer_norm_elementwise_affine`.
  public var hasNormParameters = true
  /// Whether the output layer is the token embedding, `tie_word_embeddings`.
  public var tiesWordEmbeddings = true
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int? = 1
  /// The token at the start of a text, `bos_token_id`.
  public var bosTokenID: Int? = 2
  /// The tokens that end a text, `eos_token_id`.
  public var eosTokenIDs = [2]

  /// The settings of `facebook/opt-125m`.
  public init() {}

  /// The width of the token embeddings.
  public var embeddingSize: Int { wordEmbeddingSize ?? hiddenSize }

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("opt")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("hidden_size", &hiddenSize)
    try binder.layerCount("num_hidden_layers", &layerCount)
    try binder.size("ffn_dim", &intermediateSize)
    try binder.size("max_position_embeddings", &positionCount)
    try binder.flag("do_layer_norm_before", &normalizesBefore)
    try binder.flag("_remove_final_layer_norm", &omitsFinalNorm)
    try binder.optionalSize("word_embed_proj_dim", &wordEmbeddingSize)
    try binder.trainingNumber("dropout", &dropout)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.size("num_attention_heads", &headCount)
    try binder.activation("activation_function", &activation)
    try binder.trainingNumber("init_std", &initializerRange)
    try binder.flag("enable_bias", &hasBias)
    try binder.flag("layer_norm_elementwise_affine", &hasNormParameters)
    try binder.flag("tie_word_embeddings", &tiesWordEmbeddings)
    try binder.token("pad_token_id", &padTokenID)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
    try binder.requireHeads(headCount, divide: hiddenSize, "num_attention_heads", "hidden_size")
  }
}

// MARK: Names in checkpoints

extension OPTConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "opt"
  /// How published files name the tensors.
  public static let names = PublishedNames(base: "model", whole: ["model", "lm_head"], own: ["decoder"])
  /// The names of the token embedding and the output layer, where the settings say that both are one matrix.
  public var tiedOutput: TiedOutput? {
    tiesWordEmbeddings ? TiedOutput(table: "model.decoder.embed_tokens.weight", head: "lm_head.weight") : nil
  }
  /// The settings with these two apart.
  public var untied: Self {
    var settings = self
    settings.tiesWordEmbeddings = false
    return settings
  }
}
