/// A tensor that a model needs: its name in published checkpoints, and its shape.
public struct ExpectedTensor: Equatable, Sendable {
  /// The name, such as `vision_model.post_layernorm.weight`.
  public let name: String
  /// The size of each dimension.
  public let shape: [Int]

  /// Describes a tensor.
  public init(_ name: String, _ shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}

/// How the names in a checkpoint differ from those a model expects, where that is known to be harmless.
public struct KeyRules: Sendable {
  /// Patterns of names that a checkpoint may hold for nothing. `*` stands for any characters, `#` for a number.
  public var ignored: [String]
  /// Names that may be missing because they are another tensor under a second name: the name, and where it is found.
  public var tied: [(name: String, source: String)]

  /// Creates rules.
  public init(ignored: [String] = [], tied: [(name: String, source: String)] = []) {
    self.ignored = ignored
    self.tied = tied
  }

  /// The rules for a kind of model.
  ///
  /// Buffers that older versions of transformers saved are ignored (positions, causal masks), and so are the parts
  /// of a training set-up that the model does not use (the encoder's pooler, other heads).
  public init(for configuration: ModelConfiguration) {
    let gpt2Buffers = ["attn.bias", "attn.masked_bias", "crossattention.bias", "crossattention.masked_bias"]
    switch configuration {
    case .clip:
      self.init(ignored: ["*.position_ids"])
    case .visionEncoderDecoder(let settings):
      self.init(
        ignored: ["*.position_ids", "encoder.pooler.*"] + gpt2Buffers.map { "decoder.transformer.h.#.\($0)" },
        tied: settings.tiesWordEmbeddings
          ? [("decoder.lm_head.weight", "decoder.transformer.wte.weight")] : [])
    case .vilt:
      self.init(ignored: ["*.position_ids", "mlm_score.*", "itm_score.*"])
    case .blip2(let settings):
      self.init(
        ignored: [
          "*.position_ids", "itm_head.*", "vision_projection.*", "text_projection.*", "embeddings.*", "qformer.cls.*",
          "*.rotary_emb.inv_freq",
        ],
        tied: settings.text.tiesWordEmbeddings
          ? [("language_model.lm_head.weight", "language_model.model.decoder.embed_tokens.weight")] : [])
    case .vit:
      self.init(ignored: ["*.position_ids", "vit.pooler.*", "pooler.*"])
    case .gpt2(let settings):
      self.init(
        ignored: gpt2Buffers.flatMap { ["transformer.h.#.\($0)", "h.#.\($0)"] },
        tied: settings.tiesWordEmbeddings ? [("lm_head.weight", "transformer.wte.weight")] : [])
    case .opt(let settings):
      self.init(
        ignored: ["*.position_ids"],
        tied: settings.tiesWordEmbeddings ? [("lm_head.weight", "model.decoder.embed_tokens.weight")] : [])
    }
  }

  /// Whether a name matches one of the patterns in ``ignored``.
  public func ignores(_ name: String) -> Bool {
    ignored.contains { matches(name.utf8[...], $0.utf8[...]) }
  }

  /// Matches a name against a pattern; the work is bounded by the product of their lengths for each `*`.
  private func matches(_ name: Substring.UTF8View, _ pattern: Substring.UTF8View) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case UInt8(ascii: "*"):
      var tail = name
      while true {
        if matches(tail, rest) { return true }
        guard tail.popFirst() != nil else { return false }
      }
    case UInt8(ascii: "#"):
      let tail = name.drop { (0x30...0x39).contains($0) }
      return tail.startIndex != name.startIndex && matches(tail, rest)
    default:
      return name.first == first && matches(name.dropFirst(), rest)
    }
  }
}

/// How a checkpoint's tensors answer to what a model expects. All lists are sorted.
public struct LoadReport: Equatable, Sendable, CustomStringConvertible {
  /// The expected tensors that are found, each with the name it has in the checkpoint.
  public private(set) var found: [String: String] = [:]
  /// Names that the model expects and the checkpoint has not.
  public private(set) var missing: [String] = []
  /// Names that the checkpoint has and the model does not expect.
  public private(set) var unexpected: [String] = []
  /// Names that the checkpoint has for nothing, as is known of such checkpoints.
  public private(set) var ignored: [String] = []
  private let file: String

  /// Compares a model's tensors with those of a checkpoint.
  ///
  /// An expected name is looked for as it is, then as its tied source, then in the spelling of checkpoints that were
  /// converted from TensorFlow (`LayerNorm.gamma`, `LayerNorm.beta`).
  ///
  /// - Throws: ``CheckpointError`` for a tensor of another shape, naming key, both shapes and file.
  public init(expected: [ExpectedTensor], checkpoint: Checkpoint, rules: KeyRules = KeyRules()) throws {
    file = checkpoint.path
    var used: Set<String> = []
    for tensor in expected.sorted(by: { $0.name < $1.name }) {
      let sources = Self.spellings(tensor.name) + rules.tied.filter { $0.name == tensor.name }.map(\.source)
      guard let entry = sources.lazy.compactMap({ checkpoint[$0] }).first else {
        missing.append(tensor.name)
        continue
      }
      try entry.requireShape(tensor.shape)
      found[tensor.name] = entry.name
      used.insert(entry.name)
    }
    let tied = Set(rules.tied.map(\.name))
    for name in checkpoint.names where !used.contains(name) {
      if tied.contains(name) || rules.ignores(name) {
        ignored.append(name)
      } else {
        unexpected.append(name)
      }
    }
  }

  private static func spellings(_ name: String) -> [String] {
    if name.hasSuffix("LayerNorm.weight") { return [name, name.dropLast(6) + "gamma"] }
    if name.hasSuffix("LayerNorm.bias") { return [name, name.dropLast(4) + "beta"] }
    return [name]
  }

  /// Whether every expected tensor is there and no other.
  public var isExact: Bool { missing.isEmpty && unexpected.isEmpty }

  /// Throws if a tensor is missing: a model with some random weights gives wrong answers silently.
  ///
  /// - Throws: ``CheckpointError`` that counts the missing tensors and names the first few.
  public func requireComplete() throws {
    guard !missing.isEmpty else { return }
    let unknown = unexpected.first.map { "; it has \(quoted($0)), which the model does not know" } ?? ""
    throw CheckpointError(
      .notFound, file: file, reason: "lacks \(missing.count) tensors of the model: \(Self.list(missing))\(unknown)")
  }

  /// One line for a reader about tensors that the model does not know, or lacks; `nil` where all fits.
  public var summary: String? {
    let parts = [(missing, "not in the file"), (unexpected, "not part of the model")].compactMap { names, what in
      names.isEmpty ? nil : "\(names.count) tensors are \(what): \(Self.list(names))"
    }
    return parts.isEmpty ? nil : "\(file): \(parts.joined(separator: "; "))"
  }

  /// The first few names.
  private static func list(_ names: [String]) -> String {
    names.prefix(3).map { quoted($0) }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }

  /// One line: how many are found, missing, unexpected, ignored.
  public var description: String {
    "\(found.count) found, \(missing.count) missing, \(unexpected.count) unexpected, \(ignored.count) ignored"
  }
}
