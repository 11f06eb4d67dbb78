import Checkpoints

/// The two names of a matrix that is a language model's token embedding and its output layer at once.
struct TiedOutput {
  let table: String
  let head: String
}

extension ModelConfiguration {
  /// The token embedding and the output layer of the language model, if it has one and both are declared the same.
  var tiedOutput: TiedOutput? {
    switch self {
    case .visionEncoderDecoder(let settings) where settings.tiesWordEmbeddings:
      TiedOutput(table: "decoder.transformer.wte.weight", head: "decoder.lm_head.weight")
    case .blip2(let settings) where settings.text.tiesWordEmbeddings:
      TiedOutput(table: "language_model.model.decoder.embed_tokens.weight", head: "language_model.lm_head.weight")
    case .gpt2(let settings) where settings.tiesWordEmbeddings:
      TiedOutput(table: "transformer.wte.weight", head: "lm_head.weight")
    case .opt(let settings) where settings.tiesWordEmbeddings:
      TiedOutput(table: "model.decoder.embed_tokens.weight", head: "lm_head.weight")
    default: nil
    }
  }

  /// The settings of the model that a checkpoint holds: a language model whose token embedding and output layer are
  /// both in the file, and differ, is not tied, whatever `tie_word_embeddings` says. So does transformers.
  public func fitted(to checkpoint: Checkpoint) -> ModelConfiguration {
    guard let names = tiedOutput, let table = checkpoint[names.table], let head = checkpoint[names.head],
      !table.holdsTheSame(as: head)
    else { return self }
    switch self {
    case .visionEncoderDecoder(var settings):
      settings.decoder.tiesWordEmbeddings = false
      return .visionEncoderDecoder(settings)
    case .blip2(var settings):
      settings.text.tiesWordEmbeddings = false
      return .blip2(settings)
    case .gpt2(var settings):
      settings.tiesWordEmbeddings = false
      return .gpt2(settings)
    case .opt(var settings):
      settings.tiesWordEmbeddings = false
      return .opt(settings)
    case .clip, .vilt, .vit: return self
    }
  }
}

extension KeyRules {
  /// The rules for a kind of model.
  ///
  /// Buffers that older versions of transformers saved are ignored (positions, causal masks), and so are the parts
  /// of a training set-up that the model does not use (the encoder's pooler, other heads).
  public init(for configuration: ModelConfiguration) {
    let gpt2Buffers = ["attn.bias", "attn.masked_bias", "crossattention.bias", "crossattention.masked_bias"]
    let patterns: [String] =
      switch configuration {
      case .clip: ["*.position_ids"]
      case .visionEncoderDecoder:
        ["*.position_ids", "encoder.pooler.*"] + gpt2Buffers.map { "decoder.transformer.h.#.\($0)" }
      case .vilt: ["*.position_ids", "mlm_score.*", "itm_score.*"]
      case .blip2:
        [
          "*.position_ids", "itm_head.*", "vision_projection.*", "text_projection.*", "embeddings.*", "qformer.cls.*",
          "*.rotary_emb.inv_freq",
        ]
      case .vit: ["*.position_ids", "vit.pooler.*", "pooler.*"]
      case .gpt2: gpt2Buffers.map { "transformer.h.#.\($0)" }
      case .opt: ["*.position_ids"]
      }
    // Whichever of the two a file has is both.
    let tied = configuration.tiedOutput.map { [($0.head, $0.table), ($0.table, $0.head)] } ?? []
    self.init(ignored: patterns, tied: tied)
  }
}
