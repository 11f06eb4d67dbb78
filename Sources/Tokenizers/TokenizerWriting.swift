import Foundation

extension LearnedTokenizer {
  /// Writes the files that `AutoTokenizer.from_pretrained` of transformers and ``loadTokenizer(directory:)`` read:
  /// `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json`, and `vocab.json` with `merges.txt`, or
  /// `vocab.txt`.
  ///
  /// Each file appears complete or not at all.
  ///
  /// - Parameter directory: an existing directory.
  /// - Throws: ``TokenizerError`` naming the file that cannot be written.
  public func write(to directory: String) throws(TokenizerError) {
    func write(_ text: String, _ name: String) throws(TokenizerError) {
      // No URL: one that is made of a path takes "~" for somebody's home.
      let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
      do {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
      } catch {
        throw TokenizerError(file: path, reason: "cannot be written")
      }
    }
    try write(tokenizerJSON.text + "\n", "tokenizer.json")
    try write(configuration.text + "\n", "tokenizer_config.json")
    try write(JSONValue.object(roles.map { ($0.role, .string($0.token)) }).text + "\n", "special_tokens_map.json")
    switch family {
    case .clip, .gpt2:
      try write(vocabulary.text + "\n", "vocab.json")
      let lines = merges.map { "\($0.0) \($0.1)\n" }
      try write("#version: 0.2\n" + lines.joined(), "merges.txt")
    case .bert:
      try write(tokens.map { $0 + "\n" }.joined(), "vocab.txt")
    }
  }

  /// The tokenizer, as it will be loaded from the written files.
  ///
  /// - Throws: ``TokenizerError`` if no temporary directory can be written.
  public func tokenizer() throws(TokenizerError) -> any Tokenizer {
    let directory = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
    let path = directory.path(percentEncoded: false)
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw TokenizerError(file: path, reason: "the directory cannot be made")
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    try write(to: path)
    return try loadTokenizer(directory: path)
  }

  private var configuration: JSONValue {
    var members = roles.map { (key: $0.role, value: JSONValue.string($0.token)) }
    members.append(("clean_up_tokenization_spaces", .bool(false)))
    members.append(("model_max_length", .number(Double(maxLength))))
    members.append(("tokenizer_class", .string(family.rawValue)))
    switch family {
    case .clip: break
    case .gpt2: members += [("add_bos_token", .bool(addsBeginning)), ("add_prefix_space", .bool(false))]
    case .bert: members.append(("do_lower_case", .bool(true)))
    }
    return .object(members.sorted { $0.key < $1.key })
  }

  private var vocabulary: JSONValue {
    .object(tokens.enumerated().map { ($1, .number(Double($0))) })
  }

  // MARK: tokenizer.json

  private var tokenizerJSON: JSONValue {
    let added = specialTokens.map { id, text in
      JSONValue.object([
        ("id", .number(Double(id))), ("content", .string(text)), ("single_word", .bool(false)),
        ("lstrip", .bool(false)), ("rstrip", .bool(false)), ("normalized", .bool(false)), ("special", .bool(true)),
      ])
    }
    return .object([
      ("version", .string("1.0")), ("truncation", .null), ("padding", .null), ("added_tokens", .array(added)),
      ("normalizer", normalizer), ("pre_tokenizer", preTokenizer), ("post_processor", postProcessor),
      ("decoder", decoder), ("model", model),
    ])
  }

  private func typed(_ type: String, _ members: [(key: String, value: JSONValue)] = []) -> JSONValue {
    .object([("type", .string(type))] + members)
  }

  private var normalizer: JSONValue {
    switch family {
    case .clip:
      typed(
        "Sequence",
        [
          (
            "normalizers",
            .array([
              typed("NFC"),
              typed("Replace", [("pattern", .object([("Regex", .string(#"\s+"#))])), ("content", .string(" "))]),
              typed("Lowercase"),
            ])
          )
        ])
    case .gpt2: .null
    case .bert:
      typed(
        "BertNormalizer",
        [
          ("clean_text", .bool(true)), ("handle_chinese_chars", .bool(true)), ("strip_accents", .null),
          ("lowercase", .bool(true)),
        ])
    }
  }

  private var preTokenizer: JSONValue {
    switch family {
    case .clip:
      typed(
        "Sequence",
        [
          (
            "pretokenizers",
            .array([
              typed(
                "Split",
                [
                  (
                    "pattern",
                    .object([("Regex", .string(TokenizerJSON.clipSpecialTokenPattern + TokenizerJSON.clipPattern))])
                  ),
                  ("behavior", .string("Removed")), ("invert", .bool(true)),
                ]),
              byteLevel(addsPrefixSpace: false),
            ])
          )
        ])
    case .gpt2: byteLevel(addsPrefixSpace: false)
    case .bert: typed("BertPreTokenizer")
    }
  }

  private func byteLevel(addsPrefixSpace: Bool) -> JSONValue {
    typed(
      "ByteLevel",
      [("add_prefix_space", .bool(addsPrefixSpace)), ("trim_offsets", .bool(true)), ("use_regex", .bool(true))])
  }

  private var postProcessor: JSONValue {
    switch family {
    case .clip:
      return typed(
        "RobertaProcessing",
        [
          ("sep", named("eos_token")), ("cls", named("bos_token")), ("trim_offsets", .bool(false)),
          ("add_prefix_space", .bool(false)),
        ])
    case .gpt2:
      return addsBeginning
        ? beginningTemplate
        : typed(
          "ByteLevel",
          [
            ("add_prefix_space", .bool(true)), ("trim_offsets", .bool(false)), ("use_regex", .bool(true)),
          ])
    case .bert: return typed("BertProcessing", [("sep", named("sep_token")), ("cls", named("cls_token"))])
    }
  }

  /// A token with a role, as `["[SEP]", 3]`.
  private func named(_ role: String) -> JSONValue {
    let token = token(role)
    return .array([.string(token), .number(Double(id(of: token) ?? 0))])
  }

  private func token(_ role: String) -> String { roles.first { $0.role == role }?.token ?? "" }

  /// The beginning token before each text.
  private var beginningTemplate: JSONValue {
    let text = token("bos_token")
    func special(_ type: Double) -> JSONValue {
      .object([("SpecialToken", .object([("id", .string(text)), ("type_id", .number(type))]))])
    }
    func sequence(_ name: String, _ type: Double) -> JSONValue {
      .object([("Sequence", .object([("id", .string(name)), ("type_id", .number(type))]))])
    }
    let tokens = JSONValue.object([
      (
        text,
        .object([
          ("id", .string(text)), ("ids", .array([.number(Double(id(of: text) ?? 0))])),
          ("tokens", .array([.string(text)])),
        ])
      )
    ])
    return typed(
      "TemplateProcessing",
      [
        ("single", .array([special(0), sequence("A", 0)])),
        ("pair", .array([special(0), sequence("A", 0), special(0), sequence("B", 1)])),
        ("special_tokens", tokens),
      ])
  }

  private var decoder: JSONValue {
    family == .bert
      ? typed("WordPiece", [("prefix", .string("##")), ("cleanup", .bool(true))]) : byteLevel(addsPrefixSpace: true)
  }

  private var model: JSONValue {
    if family == .bert {
      return typed(
        "WordPiece",
        [
          ("unk_token", .string(token("unk_token"))), ("continuing_subword_prefix", .string("##")),
          ("max_input_chars_per_word", .number(100)), ("vocab", vocabulary),
        ])
    }
    let isCLIP = family == .clip
    return typed(
      "BPE",
      [
        ("dropout", .null), ("unk_token", isCLIP ? .string(token("unk_token")) : .null),
        ("continuing_subword_prefix", .string("")), ("end_of_word_suffix", .string(isCLIP ? "</w>" : "")),
        ("fuse_unk", .bool(false)), ("byte_fallback", .bool(false)), ("ignore_merges", .bool(false)),
        ("vocab", vocabulary), ("merges", .array(merges.map { .array([.string($0.0), .string($0.1)]) })),
      ])
  }
}
