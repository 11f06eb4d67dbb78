import Support

/// Reads the parts of a `tokenizer.json`, the format of Hugging Face's tokenizers library.
///
/// It can describe many more tokenizers than those of this module; a part that is not known here is an error,
/// never passed over.
struct TokenizerJSON {
  let root: JSONNode

  init(_ root: JSONNode) throws(DataError) {
    _ = try root.members()
    self.root = root
  }

  // MARK: Model

  /// Whether the model is a byte pair encoding.
  func hasBytePairs() throws(DataError) -> Bool {
    let model = root["model"]
    let type = model["type"].isNull ? (model["merges"].isNull ? "WordPiece" : "BPE") : try model["type"].string()
    switch type {
    case "BPE": return true
    case "WordPiece": return false
    default: throw model["type"].error("models of type \(quoted(type)) are not supported, only BPE and WordPiece")
    }
  }

  func vocabulary() throws(DataError) -> Vocabulary {
    try VocabularyFile.vocabulary(root["model"]["vocab"])
  }

  /// The byte pair encoding with this file's vocabulary and merges.
  ///
  /// - Parameter options: how to use them; `nil` means as the file says.
  func bytePairs(_ options: BytePairEncoding.Options? = nil) throws(DataError) -> BytePairEncoding {
    let model = root["model"]
    let mergesNode = model["merges"]
    guard case .array(let values) = mergesNode.value else { throw mergesNode.error("an array of merges is expected") }
    var merges: [(String, String)] = []
    merges.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      // A pair was one string with a space before version 0.20.
      if case .array(let pair) = value, pair.count == 2, case .string(let left) = pair[0],
        case .string(let right) = pair[1]
      {
        merges.append((left, right))
      } else if case .string(let text) = value, let pair = VocabularyFile.pair(text.utf8) {
        merges.append(pair)
      } else {
        throw Self.complaint(mergesNode, index, "two tokens are expected")
      }
    }
    let options = if let options { options } else { try statedOptions() }
    return try BytePairEncoding(
      vocabulary: try vocabulary(), merges: merges, options: options,
      complaint: { Self.complaint(mergesNode, $0, $1) })
  }

  private static func complaint(_ merges: JSONNode, _ index: Int, _ reason: String) -> DataError {
    DataError(file: merges.file, place: "\(merges.path)[\(index)]", reason: reason)
  }

  private func statedOptions() throws(DataError) -> BytePairEncoding.Options {
    let model = root["model"]
    for key in ["continuing_subword_prefix", "dropout"] where !model[key].isNull {
      guard model[key].value == "" || model[key].value.doubleValue == 0 else {
        throw model[key].error("this is not supported")
      }
    }
    if try model["byte_fallback"].bool(default: false) {
      throw model["byte_fallback"].error("this is not supported")
    }
    return BytePairEncoding.Options(
      wordEnd: model["end_of_word_suffix"].isNull ? "" : try model["end_of_word_suffix"].string(),
      unknownToken: model["unk_token"].isNull ? nil : try model["unk_token"].string(),
      fusesUnknown: try model["fuse_unk"].bool(default: false),
      ignoresMerges: try model["ignore_merges"].bool(default: false))
  }

  /// The WordPiece model, as the file says.
  func wordPieces() throws(DataError) -> WordPiece {
    let model = root["model"]
    let limit = model["max_input_chars_per_word"]
    return try WordPiece(
      vocabulary: try vocabulary(), unknownToken: model["unk_token"].isNull ? "[UNK]" : try model["unk_token"].string(),
      prefix: model["continuing_subword_prefix"].isNull ? "##" : try model["continuing_subword_prefix"].string(),
      longestWord: limit.isNull ? 100 : try limit.integer(), file: root.file)
  }

  // MARK: Stages

  func normalizer() throws(DataError) -> Normalizer? {
    try root["normalizer"].isNull ? nil : Self.normalizer(root["normalizer"])
  }

  private static func normalizer(_ node: JSONNode) throws(DataError) -> Normalizer {
    let type = try node["type"].string()
    switch type {
    case "NFC": return .composed
    case "NFD": return .decomposed
    case "Lowercase": return .lowercased
    case "Replace":
      guard case .string("\\s+") = node["pattern"]["Regex"].value, case .string(" ") = node["content"].value else {
        throw node["pattern"].error("only the replacement of \\s+ by a space is supported")
      }
      return .collapsedSpace
    case "BertNormalizer":
      let lowercases = try node["lowercase"].bool(default: true)
      return .bert(
        BertNormalizer(
          cleansText: try node["clean_text"].bool(default: true),
          separatesIdeographs: try node["handle_chinese_chars"].bool(default: true),
          stripsAccents: try node["strip_accents"].bool(default: lowercases),
          lowercases: lowercases))
    case "Sequence":
      var steps: [Normalizer] = []
      for step in try stages(node["normalizers"]) { steps.append(try normalizer(step)) }
      return .sequence(steps)
    default:
      throw node["type"].error("normalizers of type \(quoted(type)) are not supported")
    }
  }

  func preTokenizer() throws(DataError) -> PreTokenizer? {
    try root["pre_tokenizer"].isNull ? nil : Self.preTokenizer(root["pre_tokenizer"])
  }

  static let clipPattern = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
  static let clipSpecialTokenPattern = #"<\|startoftext\|>|<\|endoftext\|>|"#

  private static func preTokenizer(_ node: JSONNode) throws(DataError) -> PreTokenizer {
    let type = try node["type"].string()
    switch type {
    case "ByteLevel":
      return .byteLevel(
        addsPrefixSpace: try node["add_prefix_space"].bool(default: true),
        usesPattern: try node["use_regex"].bool(default: true))
    case "Split":
      let pattern = node["pattern"]["Regex"].isNull ? "" : try node["pattern"]["Regex"].string()
      guard pattern == clipPattern || pattern == clipSpecialTokenPattern + clipPattern,
        case .string("Removed") = node["behavior"].value, try node["invert"].bool(default: false)
      else { throw node["pattern"].error("only CLIP's own split pattern is supported") }
      return .clip(keepsSpecialTokens: pattern != clipPattern)
    case "BertPreTokenizer": return .bert
    case "Sequence":
      var steps: [PreTokenizer] = []
      for step in try stages(node["pretokenizers"]) { steps.append(try preTokenizer(step)) }
      return .sequence(steps)
    default:
      throw node["type"].error("pre-tokenizers of type \(quoted(type)) are not supported")
    }
  }

  func decoder() throws(DataError) -> TokenDecoder {
    let node = root["decoder"]
    if node.isNull { return .spaced }
    let type = try node["type"].string()
    switch type {
    case "ByteLevel": return .byteLevel
    case "WordPiece":
      return .wordPiece(
        prefix: node["prefix"].isNull ? "##" : try node["prefix"].string(),
        cleansUp: try node["cleanup"].bool(default: true))
    default: throw node["type"].error("decoders of type \(quoted(type)) are not supported")
    }
  }

  /// The template for special tokens, or `nil` if the file has no post-processor.
  func template() throws(DataError) -> SequenceTemplate? {
    try root["post_processor"].isNull ? nil : Self.template(root["post_processor"])
  }

  private static func template(_ node: JSONNode) throws(DataError) -> SequenceTemplate {
    let type = try node["type"].string()
    switch type {
    case "ByteLevel": return .plain  // it only adjusts offsets
    case "BertProcessing":
      return .bert(classifier: try namedToken(node["cls"]), separator: try namedToken(node["sep"]))
    case "RobertaProcessing":
      return .roberta(beginning: try namedToken(node["cls"]), end: try namedToken(node["sep"]))
    case "TemplateProcessing":
      let template = SequenceTemplate(
        single: try pieces(node["single"], node["special_tokens"]),
        pair: try pieces(node["pair"], node["special_tokens"]))
      // Without its text a template gives every text the same tokens, or none.
      guard template.single.contains(where: \.isFirst) else { throw node["single"].error("the text \"A\" is missing") }
      guard template.pair.contains(where: \.isFirst), template.pair.contains(where: \.isSecond) else {
        throw node["pair"].error("both texts, \"A\" and \"B\", are expected")
      }
      guard !template.single.contains(where: \.isSecond) else {
        throw node["single"].error("there is no text \"B\" where there is one text")
      }
      return template
    case "Sequence":
      var result = SequenceTemplate.plain
      for step in try stages(node["processors"]) {
        let template = try template(step)
        if template == .plain { continue }
        guard result == .plain else { throw step.error("a second template for special tokens is not supported") }
        result = template
      }
      return result
    default:
      throw node["type"].error("post-processors of type \(quoted(type)) are not supported")
    }
  }

  /// A token written as `["[SEP]", 102]`.
  private static func namedToken(_ node: JSONNode) throws(DataError) -> SpecialToken {
    let elements = try node.elements()
    guard elements.count == 2 else { throw node.error("a token and its id are expected") }
    return SpecialToken(text: try elements[0].string(), id: try elements[1].integer())
  }

  /// So many pieces of a template, or stages of a sequence, and ids of a special token: each costs time and memory for
  /// every text, and real files have a handful.
  private static let pieceLimit = 64
  private static let specialIDLimit = 16

  /// The stages of a sequence.
  private static func stages(_ node: JSONNode) throws(DataError) -> [JSONNode] {
    let stages = try node.elements()
    guard stages.count <= pieceLimit else { throw node.error("there are more than \(pieceLimit) stages") }
    return stages
  }

  private static func pieces(
    _ node: JSONNode, _ tokens: JSONNode
  ) throws(DataError) -> [SequenceTemplate.Piece] {
    var pieces: [SequenceTemplate.Piece] = []
    let elements = try node.elements()
    guard elements.count <= pieceLimit else { throw node.error("there are more than \(pieceLimit) pieces") }
    for element in elements {
      if !element["Sequence"].isNull {
        let sequence = element["Sequence"]
        let typeID = try sequence["type_id"].integer()
        switch try sequence["id"].string() {
        case "A": pieces.append(.first(typeID: typeID))
        case "B": pieces.append(.second(typeID: typeID))
        default: throw sequence["id"].error("\"A\" or \"B\" is expected")
        }
        continue
      }
      let special = element["SpecialToken"]
      let name = special["id"]
      let token = tokens[try name.string()]
      if token.isNull { throw name.error("the special token \(quoted(try name.string())) is not described") }
      let ids = try token["ids"].elements()
      let texts = try token["tokens"].elements()
      guard ids.count == texts.count else { throw token.error("there must be as many ids as tokens") }
      guard ids.count <= specialIDLimit else {
        throw token.error("there are more than \(specialIDLimit) ids")
      }
      for (id, text) in zip(ids, texts) {
        pieces.append(
          .special(
            SpecialToken(text: try text.string(), id: try id.integer()), typeID: try special["type_id"].integer()))
      }
    }
    return pieces
  }

  // MARK: Added tokens, truncation and padding

  /// The added tokens with the ids that the file gives them.
  func addedTokens() throws(DataError) -> [(id: Int, token: AddedToken)] {
    if root["added_tokens"].isNull { return [] }
    var tokens: [(id: Int, token: AddedToken)] = []
    for node in try root["added_tokens"].elements() {
      tokens.append((try node["id"].integer(), try AddedToken(node)))
    }
    return tokens
  }

  /// The side that a truncation or padding section names.
  func side(_ section: String) throws(DataError) -> Side? {
    let node = root[section]["direction"]
    return node.isNull ? nil : try Side(node)
  }
}

extension Side {
  /// Reads `"right"` or `"left"`, in either case of the first letter.
  init(_ node: JSONNode) throws(DataError) {
    switch try node.string() {
    case "left", "Left": self = .left
    case "right", "Right": self = .right
    default: throw node.error("\"left\" or \"right\" is expected")
    }
  }
}

extension AddedToken {
  /// Reads the object form of an added token.
  init(_ node: JSONNode) throws(DataError) {
    content = try node["content"].string()
    isSpecial = try node["special"].bool(default: false)
    statedNormalization = node["normalized"].isNull ? nil : try node["normalized"].bool(default: false)
    stripsLeft = try node["lstrip"].bool(default: false)
    stripsRight = try node["rstrip"].bool(default: false)
    isSingleWord = try node["single_word"].bool(default: false)
  }
}

extension WordPiece {
  /// - Parameters:
  ///   - unknownToken: must be in the vocabulary.
  ///   - file: where the vocabulary came from, for a complaint.
  init(
    vocabulary: Vocabulary, unknownToken: String, prefix: String = "##", longestWord: Int = 100, file: String?
  ) throws(DataError) {
    guard let unknownID = vocabulary.id(of: unknownToken) else {
      throw DataError(file: file, reason: "the vocabulary has no token \(quoted(unknownToken)) for unknown words")
    }
    self.init(vocabulary: vocabulary, prefix: prefix, unknownID: unknownID, longestWord: longestWord)
  }
}
