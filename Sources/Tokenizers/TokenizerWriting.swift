import Foundation
import Support

extension LearnedTokenizer {
  /// Writes the files that `AutoTokenizer.from_pretrained` of transformers and ``loadTokenizer(directory:)`` read:
  /// `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json`, and `vocab.json` with `merges.txt`, or
  /// `vocab.txt`.
  ///
  /// Each file appears complete or not at all.
  ///
  /// - Parameter directory: an existing directory.
  /// - Throws: `DataError` naming the file that cannot be written.
  public func write(to directory: String) throws(DataError) {
    func write(_ text: String, _ name: String) throws(DataError) {
      try FileSystem.write(text, to: FileSystem.join(directory, name))
    }
    func write(_ json: JSON, _ name: String) throws(DataError) { try write(json.text(.ordered) + "\n", name) }
    try write(tokenizerJSON, "tokenizer.json")
    try write(configuration, "tokenizer_config.json")
    try write(.object(JSON.Object(roles.map { ($0.role, .string($0.token)) })), "special_tokens_map.json")
    switch family {
    case .clip, .gpt2:
      try write(vocabulary, "vocab.json")
      try write("#version: 0.2\n" + merges.map { "\($0.0) \($0.1)\n" }.joined(), "merges.txt")
    case .bert:
      try write(tokens.map { $0 + "\n" }.joined(), "vocab.txt")
    }
  }

  /// The tokenizer, as it will be loaded from the written files.
  ///
  /// - Throws: `DataError` if no temporary directory can be written.
  public func tokenizer() throws(DataError) -> any Tokenizer {
    let directory = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
    let path = directory.path(percentEncoded: false)
    try FileSystem.makeDirectory(path)
    defer { try? FileManager.default.removeItem(at: directory) }
    try write(to: path)
    return try loadTokenizer(directory: path)
  }

  private var configuration: JSON {
    var members: [(key: String, value: JSON)] = roles.map { ($0.role, .string($0.token)) }
    members += [
      ("clean_up_tokenization_spaces", false), ("model_max_length", .integer(maxLength)),
      ("tokenizer_class", .string(family.rawValue)),
    ]
    switch family {
    case .clip: break
    case .gpt2: members += [("add_bos_token", .bool(addsBeginning)), ("add_prefix_space", false)]
    case .bert: members.append(("do_lower_case", true))
    }
    return .object(JSON.Object(members.sorted { $0.key < $1.key }))
  }

  private var vocabulary: JSON {
    .object(JSON.Object(tokens.enumerated().map { ($1, .integer($0)) }))
  }

  // MARK: tokenizer.json

  private var tokenizerJSON: JSON {
    let added = addedTokens.map { id, text, isSpecial -> JSON in
      [
        "id": .integer(id), "content": .string(text), "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": .bool(isSpecial),
      ]
    }
    return [
      "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": .array(added), "normalizer": normalizer,
      "pre_tokenizer": preTokenizer, "post_processor": postProcessor, "decoder": decoder, "model": model,
    ]
  }

  private var normalizer: JSON {
    switch family {
    case .clip:
      [
        "type": "Sequence",
        "normalizers": [
          ["type": "NFC"], ["type": "Replace", "pattern": ["Regex": #"\s+"#], "content": " "], ["type": "Lowercase"],
        ],
      ]
    case .gpt2: .null
    case .bert:
      [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": .null,
        "lowercase": true,
      ]
    }
  }

  private var preTokenizer: JSON {
    switch family {
    case .clip:
      [
        "type": "Sequence",
        "pretokenizers": [
          [
            "type": "Split",
            "pattern": ["Regex": .string(TokenizerJSON.clipSpecialTokenPattern + TokenizerJSON.clipPattern)],
            "behavior": "Removed", "invert": true,
          ],
          byteLevel(addsPrefixSpace: false),
        ],
      ]
    case .gpt2: byteLevel(addsPrefixSpace: false)
    case .bert: ["type": "BertPreTokenizer"]
    }
  }

  private func byteLevel(addsPrefixSpace: Bool, trimsOffsets: Bool = true) -> JSON {
    [
      "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": .bool(trimsOffsets),
      "use_regex": true,
    ]
  }

  private var postProcessor: JSON {
    switch family {
    case .clip:
      [
        "type": "RobertaProcessing", "sep": named("eos_token"), "cls": named("bos_token"), "trim_offsets": false,
        "add_prefix_space": false,
      ]
    case .gpt2: addsBeginning ? beginningTemplate : byteLevel(addsPrefixSpace: true, trimsOffsets: false)
    case .bert: ["type": "BertProcessing", "sep": named("sep_token"), "cls": named("cls_token")]
    }
  }

  /// A token with a role, as `["[SEP]", 3]`.
  private func named(_ role: String) -> JSON {
    let token = token(role)
    return [.string(token), .integer(id(of: token) ?? 0)]
  }

  private func token(_ role: String) -> String { roles.first { $0.role == role }?.token ?? "" }

  /// The beginning token before each text.
  private var beginningTemplate: JSON {
    let text = token("bos_token")
    func special(_ type: Int) -> JSON { ["SpecialToken": ["id": .string(text), "type_id": .integer(type)]] }
    func sequence(_ name: String, _ type: Int) -> JSON {
      ["Sequence": ["id": .string(name), "type_id": .integer(type)]]
    }
    return [
      "type": "TemplateProcessing", "single": [special(0), sequence("A", 0)],
      "pair": [special(0), sequence("A", 0), special(0), sequence("B", 1)],
      "special_tokens": .object(
        JSON.Object([
          (text, ["id": .string(text), "ids": [.integer(id(of: text) ?? 0)], "tokens": [.string(text)]])
        ])),
    ]
  }

  private var decoder: JSON {
    family == .bert ? ["type": "WordPiece", "prefix": "##", "cleanup": true] : byteLevel(addsPrefixSpace: true)
  }

  private var model: JSON {
    if family == .bert {
      return [
        "type": "WordPiece", "unk_token": .string(token("unk_token")), "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": vocabulary,
      ]
    }
    let isCLIP = family == .clip
    return [
      "type": "BPE", "dropout": .null, "unk_token": isCLIP ? .string(token("unk_token")) : .null,
      "continuing_subword_prefix": "", "end_of_word_suffix": isCLIP ? "</w>" : "", "fuse_unk": false,
      "byte_fallback": false, "ignore_merges": false, "vocab": vocabulary,
      "merges": .array(merges.map { [.string($0.0), .string($0.1)] }),
    ]
  }
}
