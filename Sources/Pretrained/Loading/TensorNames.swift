import Checkpoints

// The names under which published files keep the tensors of a model, where they are not the model's own.

extension ModelConfiguration {
  /// A checkpoint whose tensors have the names that the model gives them, as transformers finds them.
  ///
  /// Three spellings are understood: with or without the name of the base model in front (`clip.`, `vilt.`,
  /// `transformer.`, `model.`), a ViT under the names that transformers 5 gives its parts, and `LayerNorm.gamma` and
  /// `LayerNorm.beta` of files that were converted from TensorFlow.
  ///
  /// - Throws: `DataError` if a tensor is there under two names with different numbers.
  public func named(_ checkpoint: Checkpoint) throws -> Checkpoint { try checkpoint.renamed(modelName) }

  /// The model's own name of a tensor that a file calls `name`.
  func modelName(_ name: String) -> String { withModernParts(withBase(withModernNorm(name))) }

  // MARK: The base model

  /// The base model's name, as `base_model_prefix` of transformers; the first parts of the names of the whole model, and
  /// those of the base model where it is a part of the whole.
  private var base: (prefix: String, whole: Set<String>, own: Set<String>) {
    switch self {
    case .clip:
      ("clip", ["logit_scale", "text_model", "vision_model", "text_projection", "visual_projection"], [])
    case .visionEncoderDecoder: ("vision_encoder_decoder", ["encoder", "decoder", "enc_to_dec_proj"], [])
    case .vilt: ("vilt", ["vilt", "classifier"], ["embeddings", "encoder", "layernorm", "pooler"])
    case .blip2:
      ("blip", ["vision_model", "query_tokens", "qformer", "language_projection", "language_model"], [])
    case .vit: ("vit", ["embeddings", "encoder", "layers", "layernorm", "pooler"], [])
    case .gpt2: ("transformer", ["transformer", "lm_head"], ["wte", "wpe", "h", "ln_f"])
    case .opt: ("model", ["model", "lm_head"], ["decoder"])
    }
  }

  private func withBase(_ name: String) -> String {
    func begins(_ name: Substring, with parts: Set<String>) -> Bool {
      parts.contains(String(name.prefix { $0 != "." }))
    }
    let base = base
    if name.hasPrefix(base.prefix + ".") {
      let rest = name.dropFirst(base.prefix.count + 1)
      if begins(rest, with: base.whole) { return String(rest) }
    }
    return begins(name[...], with: base.own) ? "\(base.prefix).\(name)" : name
  }

  // MARK: A ViT of transformers 5

  private func withModernParts(_ name: String) -> String {
    let scope: String
    switch self {
    case .visionEncoderDecoder: scope = "encoder."
    case .vit: scope = ""
    case .clip, .vilt, .blip2, .gpt2, .opt: return name
    }
    guard name.hasPrefix(scope) else { return name }
    var rest = String(name.dropFirst(scope.count))
    if rest.hasPrefix("layers.") { rest = "encoder.layer." + rest.dropFirst("layers.".count) }
    guard rest.hasPrefix("encoder.layer.") else { return name }
    for (modern, own) in Self.modernParts {
      if let range = rest.firstRange(of: modern) { rest.replaceSubrange(range, with: own) }
    }
    return scope + rest
  }

  private static let modernParts = [
    (".attention.q_proj.", ".attention.attention.query."), (".attention.k_proj.", ".attention.attention.key."),
    (".attention.v_proj.", ".attention.attention.value."), (".attention.o_proj.", ".attention.output.dense."),
    (".mlp.fc1.", ".intermediate.dense."), (".mlp.fc2.", ".output.dense."),
  ]

  // MARK: TensorFlow

  private func withModernNorm(_ name: String) -> String {
    if name.hasSuffix("LayerNorm.gamma") { return name.dropLast("gamma".count) + "weight" }
    if name.hasSuffix("LayerNorm.beta") { return name.dropLast("beta".count) + "bias" }
    return name
  }
}
