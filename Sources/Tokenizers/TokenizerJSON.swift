import Foundation
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

  /// The kinds of models.
  enum ModelKind: String {
    case bytePairs = "BPE"
    case wordPieces = "WordPiece"
    case unigram = "Unigram"
  }

  /// The kind of model; older files do not name it.
  func modelKind() throws(DataError) -> ModelKind {
    let model = root["model"]
    if model["type"].isNull {
      if case .array = model["vocab"].value { return .unigram }
      return model["merges"].isNull ? .wordPieces : .bytePairs
    }
    let type = try model["type"].string()
    guard let kind = ModelKind(rawValue: type) else {
      throw model["type"].error("models of type \(quoted(type)) are not supported, only BPE, WordPiece and Unigram")
    }
    return kind
  }

  /// Demands a kind of model.
  func require(_ kind: ModelKind) throws(DataError) {
    guard try modelKind() == kind else {
      throw root["model"]["type"].error("this tokenizer needs a \(kind.rawValue) model")
    }
  }

  func vocabulary() throws(DataError) -> Vocabulary {
    try VocabularyFile.vocabulary(root["model"]["vocab"])
  }

  /// The byte pair encoding with this file's vocabulary and merges.
  ///
  /// - Parameter options: how to use them.
  func bytePairs(_ options: BytePairEncoding.Options) throws(DataError) -> BytePairEncoding {
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
    return try BytePairEncoding(
      vocabulary: try vocabulary(), merges: merges, options: options,
      complaint: { Self.complaint(mergesNode, $0, $1) })
  }

  private static func complaint(_ merges: JSONNode, _ index: Int, _ reason: String) -> DataError {
    DataError(file: merges.file, place: "\(merges.path)[\(index)]", reason: reason)
  }

  /// The options that the file states.
  ///
  /// - Parameter isByteLevel: whether single symbols are bytes; else they are characters.
  func statedOptions(isByteLevel: Bool) throws(DataError) -> BytePairEncoding.Options {
    let model = root["model"]
    for key in ["continuing_subword_prefix", "dropout"] where !model[key].isNull {
      guard model[key].value == "" || model[key].value.doubleValue == 0 else {
        throw model[key].error("this is not supported")
      }
    }
    let fallsBack = try model["byte_fallback"].bool(default: false)
    return BytePairEncoding.Options(
      spelling: isByteLevel ? .bytes : .characters(fallsBackToBytes: fallsBack),
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

  /// The unigram model, as the file says.
  ///
  /// - Parameters:
  ///   - unknownID: the id of the piece for unknown text; `nil` means as the file says.
  ///   - fallsBackToBytes: whether unknown characters are spelled by bytes; `nil` means as the file says.
  func unigram(unknownID: Int? = nil, fallsBackToBytes: Bool? = nil) throws(DataError) -> Unigram {
    let model = root["model"]
    let node = model["vocab"]
    guard case .array(let values) = node.value else { throw node.error("an array of pieces and scores is expected") }
    var pieces: [Unigram.Piece] = []
    pieces.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard case .array(let pair) = value, pair.count == 2, case .string(let text) = pair[0],
        let score = pair[1].doubleValue
      else { throw Self.complaint(node, index, "a piece and its score are expected") }
      pieces.append(Unigram.Piece(text: text, score: score))
    }
    let id: Int
    if let unknownID {
      id = unknownID
    } else {
      guard !model["unk_id"].isNull else {
        throw model["unk_id"].error("the number of the piece for unknown text is missing")
      }
      id = try model["unk_id"].integer()
    }
    let fallsBack =
      if let fallsBackToBytes { fallsBackToBytes } else { try model["byte_fallback"].bool(default: false) }
    return try Unigram(
      pieces, unknownID: id, fallsBackToBytes: fallsBack, source: .tokenizerJSON,
      complaint: { index, reason in index.map { Self.complaint(node, $0, reason) } ?? node.error(reason) })
  }

  /// SentencePiece's map of characters in the normalizer, if it has one.
  func characterMap() throws(DataError) -> CharacterMap? {
    let normalizer = root["normalizer"]
    if normalizer.isNull { return nil }
    let isSequence = normalizer["type"].value == "Sequence"
    for node in isSequence ? try Self.stages(normalizer["normalizers"]) : [normalizer]
    where node["type"].value == "Precompiled" && !node["precompiled_charsmap"].isNull {
      return try Self.characterMap(node)
    }
    return nil
  }

  private static func characterMap(_ node: JSONNode) throws(DataError) -> CharacterMap {
    let node = node["precompiled_charsmap"]
    guard let data = Data(base64Encoded: try node.string()) else { throw node.error("this is not Base64") }
    return try CharacterMap([UInt8](data), complaint: { node.error($0) })
  }

  // MARK: Stages

  func normalizer() throws(DataError) -> Normalizer? {
    if root["normalizer"].isNull { return nil }
    let normalizer = try Self.normalizer(root["normalizer"])
    try root["normalizer"].requireGrowth(normalizer.growth)
    return normalizer
  }

  private static func normalizer(_ node: JSONNode) throws(DataError) -> Normalizer {
    let type = try node["type"].string()
    switch type {
    case "NFC": return .composed
    case "NFD": return .decomposed
    case "NFKC": return .compatiblyComposed
    case "NFKD": return .compatiblyDecomposed
    case "Precompiled":
      // An empty map, as some conversions write it, changes nothing.
      if node["precompiled_charsmap"].isNull || node["precompiled_charsmap"].value == "" { return .sequence([]) }
      return .mapped(try characterMap(node))
    case "Strip":
      return .stripped(
        left: try node["strip_left"].bool(default: true), right: try node["strip_right"].bool(default: true))
    case "StripAccents": return .withoutAccents
    case "Prepend": return .prepended(try node["prepend"].string())
    case "Lowercase": return .lowercased
    case "Replace":
      if case .string("\\s+") = node["pattern"]["Regex"].value, case .string(" ") = node["content"].value {
        return .collapsedSpace
      }
      let replacement = try node["content"].string()
      guard replacement.utf8.count <= replacementLimit else {
        throw node["content"].error("the text has more than \(replacementLimit) bytes")
      }
      return .replaced(try TextPattern(node["pattern"]), by: replacement)
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

  /// Each match in a text becomes the replacement, which multiplies the text's length.
  private static let replacementLimit = 64

  func preTokenizer() throws(DataError) -> PreTokenizer? {
    if root["pre_tokenizer"].isNull { return nil }
    let preTokenizer = try Self.preTokenizer(root["pre_tokenizer"])
    try root["pre_tokenizer"].requireGrowth(preTokenizer.growth)
    return preTokenizer
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
      let behavior = try splitBehavior(node, orElse: nil)
      let isInverted = try node["invert"].bool(default: false)
      if case .string(let pattern) = node["pattern"]["Regex"].value, behavior == .removed, isInverted,
        pattern == clipPattern || pattern == clipSpecialTokenPattern + clipPattern
      {
        return .clip(keepsSpecialTokens: pattern != clipPattern)
      }
      return .pattern(try TextPattern(node["pattern"]), behavior, isInverted: isInverted)
    case "BertPreTokenizer": return .bert
    case "Metaspace": return .metaspace(try metaspace(node))
    case "WhitespaceSplit": return .characters(.space, .removed)
    case "Whitespace": return .words
    case "Punctuation": return .characters(.punctuation, try splitBehavior(node, orElse: .isolated))
    case "Digits":
      return .characters(.numbers, try node["individual_digits"].bool(default: false) ? .isolated : .contiguous)
    case "Sequence":
      var steps: [PreTokenizer] = []
      for step in try stages(node["pretokenizers"]) {
        let next = try preTokenizer(step)
        // It asks where a word stood before the normalizers, which is only known of a whole text.
        if case .metaspace(let metaspace) = next, metaspace.prefix == .first, !steps.isEmpty {
          throw step["prepend_scheme"].error("\"first\" is supported only where nothing has split the text before")
        }
        steps.append(next)
      }
      return .sequence(steps)
    default:
      throw node["type"].error("pre-tokenizers of type \(quoted(type)) are not supported")
    }
  }

  private static func splitBehavior(
    _ node: JSONNode, orElse other: SplitBehavior?
  ) throws(DataError) -> SplitBehavior {
    let node = node["behavior"]
    if node.isNull, let other { return other }
    let name = try node.string()
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw node.error("splitting with behavior \(quoted(name)) is not supported")
    }
    return behavior
  }

  private static func metaspace(_ node: JSONNode) throws(DataError) -> Metaspace {
    var result = Metaspace()
    if !node["replacement"].isNull { result.replacement = try scalar(node["replacement"]) }
    if !node["prepend_scheme"].isNull {
      let name = try node["prepend_scheme"].string()
      guard let prefix = Metaspace.Prefix(rawValue: name) else {
        throw node["prepend_scheme"].error("\"always\", \"first\" or \"never\" is expected")
      }
      result.prefix = prefix
    } else if try !node["add_prefix_space"].bool(default: true) {
      // Before version 0.19 the scheme was a yes or no.
      result.prefix = .never
    }
    result.splits = try node["split"].bool(default: true)
    return result
  }

  /// A text of one character.
  private static func scalar(_ node: JSONNode) throws(DataError) -> Unicode.Scalar {
    let text = try node.string()
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw node.error("one character is expected, \(quoted(text)) was found")
    }
    return scalar
  }

  func decoder() throws(DataError) -> TokenDecoder {
    let node = root["decoder"]
    if node.isNull { return .spaced }
    let decoder = try Self.decoder(node)
    try node.requireGrowth(decoder.growth)
    return decoder
  }

  private static func decoder(_ node: JSONNode) throws(DataError) -> TokenDecoder {
    let type = try node["type"].string()
    switch type {
    case "ByteLevel": return .byteLevel
    case "WordPiece":
      return .wordPiece(
        prefix: node["prefix"].isNull ? "##" : try node["prefix"].string(),
        cleansUp: try node["cleanup"].bool(default: true))
    case "Metaspace": return .metaspace(try metaspace(node))
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fused
    case "Strip":
      return .stripped(
        try scalar(node["content"]), left: try node["start"].integer(), right: try node["stop"].integer())
    case "Replace":
      let replacement = try node["content"].string()
      guard replacement.utf8.count <= replacementLimit else {
        throw node["content"].error("the text has more than \(replacementLimit) bytes")
      }
      return .replaced(try TextPattern(node["pattern"]), by: replacement)
    case "Sequence":
      var steps: [TokenDecoder] = []
      for step in try stages(node["decoders"]) { steps.append(try decoder(step)) }
      return .sequence(steps)
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
