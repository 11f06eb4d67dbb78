import Checkpoints

/// How published files name the tensors of a model, where they do not name them as the model itself does.
public struct PublishedNames: Sendable {
  /// The base model's name, `base_model_prefix` of transformers; files may have it in front of all names, or lack it.
  var base: String
  /// The first parts of the names of the whole model.
  var whole: Set<String>
  /// The first parts of the names within the base model, where it is a part of the whole.
  var own: Set<String> = []
  /// Where a ViT stands whose parts transformers 5 has renamed; `nil` for none.
  var vit: String? = nil
  /// Patterns of names that files may hold for nothing: buffers that older versions of transformers saved (positions,
  /// causal masks), and parts of a training set-up that the model does not use (a pooler, other heads).
  var ignored: [String] = ["*.position_ids"]

  /// The model's own name of a tensor that a file calls `name`.
  ///
  /// Three spellings are understood: with or without the name of the base model in front (`clip.`, `vilt.`,
  /// `transformer.`, `model.`), a ViT under the names that transformers 5 gives its parts, and `LayerNorm.gamma` and
  /// `LayerNorm.beta` of files that were converted from TensorFlow.
  func modelName(_ name: String) -> String { withOldParts(withBase(withModernNorm(name))) }

  private func withBase(_ name: String) -> String {
    func begins(_ name: Substring, with parts: Set<String>) -> Bool {
      parts.contains(String(name.prefix { $0 != "." }))
    }
    if name.hasPrefix(base + ".") {
      let rest = name.dropFirst(base.count + 1)
      if begins(rest, with: whole) { return String(rest) }
    }
    return begins(name[...], with: own) ? "\(base).\(name)" : name
  }

  private func withOldParts(_ name: String) -> String {
    guard let vit, name.hasPrefix(vit) else { return name }
    var rest = String(name.dropFirst(vit.count))
    if rest.hasPrefix("layers.") { rest = "encoder.layer." + rest.dropFirst("layers.".count) }
    guard rest.hasPrefix("encoder.layer.") else { return name }
    for (modern, own) in Self.modernParts {
      if let range = rest.firstRange(of: modern) { rest.replaceSubrange(range, with: own) }
    }
    return vit + rest
  }

  private static let modernParts = [
    (".attention.q_proj.", ".attention.attention.query."), (".attention.k_proj.", ".attention.attention.key."),
    (".attention.v_proj.", ".attention.attention.value."), (".attention.o_proj.", ".attention.output.dense."),
    (".mlp.fc1.", ".intermediate.dense."), (".mlp.fc2.", ".output.dense."),
  ]

  private func withModernNorm(_ name: String) -> String {
    if name.hasSuffix("LayerNorm.gamma") { return name.dropLast("gamma".count) + "weight" }
    if name.hasSuffix("LayerNorm.beta") { return name.dropLast("beta".count) + "bias" }
    return name
  }
}

/// The two names of a matrix that is a language model's token embedding and its output layer at once.
public struct TiedOutput: Sendable {
  let table: String
  let head: String
  /// The two names of the output layer's bias, where it has them.
  var bias: (table: String, head: String)?

  /// Both pairs of names, each of one tensor.
  var pairs: [(table: String, head: String)] { [(table, head)] + (bias.map { [$0] } ?? []) }

  /// The names where the language model is a part of another one.
  func within(_ prefix: String) -> TiedOutput {
    TiedOutput(
      table: prefix + table, head: prefix + head, bias: bias.map { (prefix + $0.table, prefix + $0.head) })
  }
}
