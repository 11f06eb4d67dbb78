import Layers

/// The settings of GPT-2 (Radford et al. 2019): `model_type` `gpt2`.
public struct GPT2Configuration: SettingsGroup {
  /// The number of tokens, `vocab_size`.
  public var vocabularySize = 50257
  /// The longest text in tokens, `n_positions`.
  public var positionCount = 1024
  /// The width of the residual stream, `n_embd`.
  public var hiddenSize = 768
  /// The number of layers, `n_layer`.
  public var layerCount = 12
  /// The number of attention heads, `n_head`.
  public var headCount = 12
  /// The width inside the feed-forward layers, `n_inner`; `nil` stands for four times ``hiddenSize``.
  public var innerSize: Int?
  /// The feed-forward layers' activation function, `activation_function`.
  public var activation = Activation.geluNew
  /// The dropout of the layers' outputs in training, `resid_pdrop`.
  public var residualDropout = 0.1
  /// The dropout of the embeddings in training, `embd_pdrop`.
  public var embeddingDropout = 0.1
  /// The dropout of attention weights in training, `attn_pdrop`.
  public var attentionDropout = 0.1
  /// The ε of layer normalization, `layer_norm_epsilon`.
  public var layerNormEpsilon = 1e-5
  /// The width of random initial weights, `initializer_range`.
  public var initializerRange = 0.02
  /// Whether attention scores are divided by the root of the head's width, `scale_attn_weights`.
  public var scalesAttention = true
  /// Whether they are also divided by the number of the layer, `scale_attn_by_inverse_layer_idx`.
  public var scalesAttentionByLayer = false
  /// Whether each layer also attends to an encoder, `add_cross_attention`.
  public var hasCrossAttention = false
  /// Whether the output layer is the token embedding, `tie_word_embeddings`.
  public var tiesWordEmbeddings = true
  /// The token at the start of a text, `bos_token_id`.
  public var bosTokenID: Int? = 50256
  /// The tokens that end a text, `eos_token_id`.
  public var eosTokenIDs = [50256]
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int?

  /// The settings of `openai-community/gpt2`.
  public init() {}

  /// The width inside the feed-forward layers.
  public var intermediateSize: Int { innerSize ?? 4 * hiddenSize }

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("gpt2")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("n_positions", &positionCount, alias: "max_position_embeddings")
    try binder.size("n_embd", &hiddenSize, alias: "hidden_size")
    try binder.layerCount("n_layer", &layerCount, alias: "num_hidden_layers")
    try binder.size("n_head", &headCount, alias: "num_attention_heads")
    try binder.optionalSize("n_inner", &innerSize)
    try binder.activation("activation_function", &activation)
    try binder.trainingNumber("resid_pdrop", &residualDropout)
    try binder.trainingNumber("embd_pdrop", &embeddingDropout)
    try binder.trainingNumber("attn_pdrop", &attentionDropout)
    try binder.number("layer_norm_epsilon", &layerNormEpsilon)
    try binder.trainingNumber("initializer_range", &initializerRange)
    try binder.flag("scale_attn_weights", &scalesAttention)
    try binder.flag("scale_attn_by_inverse_layer_idx", &scalesAttentionByLayer)
    try binder.flag("add_cross_attention", &hasCrossAttention)
    try binder.flag("tie_word_embeddings", &tiesWordEmbeddings)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
    try binder.token("pad_token_id", &padTokenID)
    try binder.requireHeads(headCount, divide: hiddenSize, "n_head", "n_embd")
  }
}

// MARK: Names in checkpoints

extension GPT2Configuration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "gpt2"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "transformer", whole: ["transformer", "lm_head"], own: ["wte", "wpe", "h", "ln_f"],
    ignored: buffers.map { "transformer.h.#.\($0)" })
  /// The names of the token embedding and the output layer, where the settings say that both are one matrix.
  public var tiedOutput: TiedOutput? {
    tiesWordEmbeddings ? TiedOutput(table: "transformer.wte.weight", head: "lm_head.weight") : nil
  }
  /// The settings with these two apart.
  public var untied: Self {
    var settings = self
    settings.tiesWordEmbeddings = false
    return settings
  }

  /// The causal masks that older versions of transformers saved in each block.
  static let buffers = ["attn.bias", "attn.masked_bias", "crossattention.bias", "crossattention.masked_bias"]
}
