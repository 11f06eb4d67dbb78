import Support

/// The settings of an image encoder with a text decoder: `model_type` `vision-encoder-decoder`, with a ViT, and GPT-2 or
/// TrOCR's decoder.
public struct VisionEncoderDecoderConfiguration: SettingsGroup {
  /// The image encoder, `encoder`.
  public var encoder = ViTConfiguration()
  /// The text decoder, `decoder`.
  public var decoder = TextDecoderConfiguration()
  /// Whether the decoder's output layer is its token embedding, `tie_word_embeddings` of the decoder.
  public var tiesWordEmbeddings: Bool { decoder.tiedOutput != nil }
  /// The token that every caption starts with, `decoder_start_token_id`.
  public var decoderStartTokenID: Int?
  /// The padding token, `pad_token_id`.
  public var padTokenID: Int?
  /// The tokens that end a caption, `eos_token_id`.
  public var eosTokenIDs: [Int] = []

  /// The defaults of both parts.
  public init() {}

  /// Passes every setting with its key to the binder.
  public mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.modelType("vision-encoder-decoder")
    if binder.isReading {
      // transformers assumes a BERT where the decoder or its kind is missing, which this project does not have.
      var part: JSON?
      binder.raw("decoder", &part)
      guard case .object(let decoder)? = part, decoder["model_type"] != nil else {
        throw binder.failure(
          "decoder.model_type", "is missing; known here: \(TextDecoderConfiguration.knownTypes)", .unsupported)
      }
    }
    try binder.group("encoder", &encoder)
    try binder.group("decoder", &decoder)
    if binder.isReading && !decoder.hasCrossAttention {
      throw binder.failure(
        "decoder.add_cross_attention", "is not true, so the captions would not depend on the image", .unsupported)
    }
    if binder.isReading, let width = decoder.crossAttentionSize, width != encoder.hiddenSize {
      throw binder.failure(
        "decoder.cross_attention_hidden_size", "is \(width), but encoder.hidden_size says \(encoder.hiddenSize)")
    }
    try binder.token("decoder_start_token_id", &decoderStartTokenID)
    try binder.token("pad_token_id", &padTokenID)
    try binder.tokens("eos_token_id", &eosTokenIDs)
  }
}

// MARK: Names in checkpoints

extension VisionEncoderDecoderConfiguration: PretrainedConfiguration {
  /// The value of `model_type`.
  public static let modelType = "vision-encoder-decoder"
  /// How published files name the tensors.
  public static let names = PublishedNames(
    base: "vision_encoder_decoder", whole: ["encoder", "decoder", "enc_to_dec_proj"], vit: "encoder.",
    ignored: ["*.position_ids", "encoder.pooler.*"]
      + GPT2Configuration.buffers.map { "decoder.transformer.h.#.\($0)" } + [TrOCRConfiguration.buffer])
  /// The names of the token embedding and the output layer, where the settings say that both are one matrix.
  public var tiedOutput: TiedOutput? { decoder.tiedOutput?.within("decoder.") }
  /// The settings with these two apart.
  public var untied: Self {
    var settings = self
    settings.decoder = decoder.untied
    return settings
  }
}
