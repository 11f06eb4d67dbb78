import Layers

/// The settings of TrOCR's decoder (Li et al. 2021): `model_type` `trocr`. It is BART's decoder (Lewis et al. 2020).
public struct TrOCRConfiguration: SettingsGroup {
  /// The number of tokens, `vocab_size`.
  public var vocabularySize = 50265
  /// The width of the residual stream, `d_model`.
  public var hiddenSize = 1024
  /// The number of layers, `decoder_layers`.
  public var layerCount = 12
  /// The number of attention heads, `decoder_attention_heads`.
  public var headCount = 16
  /// The width inside the feed-forward layers, `decoder_ffn_dim`.
  public var intermediateSize = 4096
  /// The feed-forward layers' activation function, `activation_function`.
  public var activation = Activation.gelu
  /// The longest text in tokens, `max_position_embeddings`; a learned table has two rows more.
  public var positionCount = 512
  /// The dropout of hidden states in training, `dropout`.
  public var dropout = 0.1
  /// The dropout of attention weights in training, `attention_dropout`.
  public var attentionDropout = 0.0
  /// The dropout inside the feed-forward layers in training, `activation_dropout`.
  public var activationDropout = 0.0
  /// The share of layers that are left out in training, `decoder_layerdrop`.
  public var layerDropout = 0.0
  /// The width of random initial weights, `init_std`.
  public var initializerRange = 0.02
  /// Whether token embeddings are multiplied by the root of their width, `scale_embedding`.
  public var scalesEmbedding = false
  /// Whether positions are learned; otherwise they are sines and cosines, `use_learned_position_embeddings`.
  public var learnsPositions = true
  /// Whether the sum of tokens and positions is normalized, `layernorm_embedding`.
  public var normalizesEmbedding = true
  /// The width of the encoder's tokens; `nil` for ``hiddenSize``, to which they are then projected,
  /// `cross_attention_hidden_size`.
  public var crossAttentionSize: Int?
  /// Whether the output layer is the token embedding, `tie_word_embeddings`.
  public var tiesWordEmbeddings = true
  /// The token that a text is begun with, `decoder_start_token_id`.
  public var decoderStartTokenID: Int? = 2
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int? = 1
  /// The token at the start of a text, `bos_token_id`.
  public var bosTokenID: Int? = 0
  /// The tokens that end a text, `eos_token_id`.
  public var eosTokenIDs = [2]

  /// The settings of `microsoft/trocr-base-printed` and `microsoft/trocr-base-handwritten`, but for
  /// ``crossAttentionSize``, which is 768 there.
  public init() {}

  /// No table bounds positions that are computed.
  private static let longestComputed = 1 << 16

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("trocr")
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("d_model", &hiddenSize, alias: "hidden_size")
    try binder.layerCount("decoder_layers", &layerCount, alias: "num_hidden_layers")
    try binder.size("decoder_attention_heads", &headCount, alias: "num_attention_heads")
    try binder.size("decoder_ffn_dim", &intermediateSize)
    try binder.activation("activation_function", &activation)
    try binder.size("max_position_embeddings", &positionCount)
    try binder.trainingNumber("dropout", &dropout)
    try binder.trainingNumber("attention_dropout", &attentionDropout)
    try binder.trainingNumber("activation_dropout", &activationDropout)
    try binder.trainingNumber("decoder_layerdrop", &layerDropout)
    try binder.trainingNumber("init_std", &initializerRange)
    try binder.flag("scale_embedding", &scalesEmbedding)
    try binder.flag("use_learned_position_embeddings", &learnsPositions)
    try binder.flag("layernorm_embedding", &normalizesEmbedding)
    try binder.optionalSize("cross_attention_hidden_size", &crossAttentionSize)
    try binder.flag("tie_word_embeddings", &tiesWordEmbeddings)
    try binder.token("decoder_start_token_id", &decoderStartTokenID)
    try binder.token("pad_token_id", &padTokenID)
    try binder.token("bos_token_id", &bosTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
    try binder.requireHeads(headCount, divide: hiddenSize, "decoder_attention_heads", "d_model")
    if binder.isReading && !learnsPositions { try requireComputedPositions(binder) }
  }

  /// Checks what positions of sines and cosines need.
  private func requireComputedPositions(_ binder: SettingsBinder) throws {
    if hiddenSize < 4 {
      throw binder.failure("d_model", "is \(hiddenSize), but positions of sines and cosines take at least 4 numbers")
    }
    guard let padTokenID, padTokenID >= 0 else {
      throw binder.failure("pad_token_id", "is no token, but positions of sines and cosines are counted from it")
    }
    if padTokenID > Self.longestComputed {
      throw binder.failure("pad_token_id", "is \(padTokenID), from which no positions are counted", .unsupported)
    }
    if positionCount > Self.longestComputed {
      throw binder.failure(
        "max_position_embeddings",
        "is \(positionCount); of positions of sines and cosines at most \(Self.longestComputed) are read", .unsupported)
    }
  }

  // MARK: Names in checkpoints

  /// The names of the token embedding and the output layer, where the settings say that both are one matrix.
  var tiedOutput: TiedOutput? {
    tiesWordEmbeddings
      ? TiedOutput(table: "model.decoder.embed_tokens.weight", head: "output_projection.weight") : nil
  }

  /// What older versions of transformers saved beside computed positions, where the decoder is a part of a model.
  static let buffer = "decoder.model.decoder.embed_positions._float_tensor"
}
