import Support

/// Loads the tokenizer of a published checkpoint, as `AutoTokenizer.from_pretrained` of transformers 5 does.
///
/// The directory holds `tokenizer.json`, or `vocab.json` and `merges.txt`, or `vocab.txt`, or a SentencePiece file
/// (`spiece.model`, `sentencepiece.bpe.model`); where they are present, `tokenizer_config.json`,
/// `special_tokens_map.json`, `added_tokens.json` and the model's `config.json` count too. CLIP's, GPT-2's (also OPT's
/// and BLIP-2's), RoBERTa's (also TrOCR's), BERT's (also ViLT's and BLIP's), SigLIP's, SigLIP 2's and XLM-RoBERTa's
/// tokenizers are known by name and built in their own way; another name gets what `tokenizer.json` says.
///
/// - Parameters:
///   - directory: the path of the directory.
///   - specialTokens: tokens that are special whatever the files say, as a processor adds them to its tokenizer; those
///     that the files do not have get the next free ids.
/// - Throws: `DataError`, which names the file, the place in it and the reason.
public func loadTokenizer(
  directory: String, addingSpecialTokens specialTokens: [String] = []
) throws(DataError) -> any Tokenizer {
  var loader = try TokenizerLoader(folder: try TokenizerFolder(path: directory))
  return try loader.load(adding: specialTokens.map { AddedToken(content: $0, isSpecial: true) })
}

/// Brings the files of a directory together to a tokenizer.
struct TokenizerLoader {
  /// The ways to build a tokenizer.
  enum Family {
    case clip, gpt2, roberta, bert, siglip, siglip2, xlmRoberta
    /// As `tokenizer.json` says.
    case asWritten
  }

  let folder: TokenizerFolder
  private let tokenizerJSON: TokenizerJSON?
  private var settings: TokenizerSettings

  init(folder: TokenizerFolder) throws(DataError) {
    self.folder = folder
    tokenizerJSON =
      folder.contains("tokenizer.json") ? try TokenizerJSON(try folder.json("tokenizer.json")) : nil
    settings = try TokenizerSettings(folder: folder, tokenizerJSON: tokenizerJSON)
  }

  mutating func load(adding extraTokens: [AddedToken] = []) throws(DataError) -> any Tokenizer {
    let family = try family()
    setDefaultTokens(family)
    if family == .siglip { settings.stripAroundRoles(["eos_token", "unk_token", "pad_token"]) }
    var tokenizer = try pipeline(family)
    tokenizer.addedTokens.ignoresSpecialTokens = try settings.configuration["split_special_tokens"].bool(default: false)
    let present = family == .asWritten ? try tokenizerJSON?.addedTokens().map(\.token) ?? [] : []
    tokenizer.addedTokens.add(
      settings.tokensToAdd(to: present) + extraTokens, model: tokenizer.model, normalizer: tokenizer.normalizer)
    tokenizer.specialTokens = specialTokens(tokenizer)
    try addTemplate(to: &tokenizer, family)
    try addLimits(to: &tokenizer)
    tokenizer.directory = folder.path
    return tokenizer
  }

  // MARK: Family

  /// The way to build: by the class named in the files, else by the kind of model, else by the files themselves.
  private func family() throws(DataError) -> Family {
    let modelConfiguration = try folder.jsonIfPresent("config.json")
    // The published directories name Gemma's class, which does not turn text to lower case.
    if modelConfiguration["model_type"].value == "siglip2" { return .siglip2 }
    for node in [settings.configuration["tokenizer_class"], modelConfiguration["tokenizer_class"]] where !node.isNull {
      return try family(className: try node.string(), node)
    }
    if !modelConfiguration["model_type"].isNull {
      switch try modelConfiguration["model_type"].string() {
      case "clip": return .clip
      case "gpt2", "opt", "blip-2": return .gpt2
      case "roberta": return .roberta
      case "bert", "blip", "vilt": return .bert
      case "siglip": return siglip
      case "trocr", "xlm-roberta": return .xlmRoberta
      default: break
      }
    }
    if tokenizerJSON != nil { return .asWritten }
    if folder.contains("vocab.txt") { return .bert }
    if folder.contains(SiglipTokenizer.modelFile) { return .siglip }
    if folder.contains(Self.xlmRobertaModelFile) { return .xlmRoberta }
    guard folder.contains("vocab.json") else {
      throw DataError(
        file: folder.path, reason: "there is no tokenizer here: neither tokenizer.json, vocab.json nor vocab.txt")
    }
    let vocabulary = try VocabularyFile.vocabulary(try folder.json("vocab.json"))
    let wordEnd = Array(CLIPTokenizer.wordEnd.utf8)
    return vocabulary.containsToken { $0.suffix(wordEnd.count).elementsEqual(wordEnd) } ? .clip : .gpt2
  }

  private func family(className: String, _ node: JSONNode) throws(DataError) -> Family {
    switch className.hasSuffix("Fast") ? String(className.dropLast(4)) : className {
    case "CLIPTokenizer": return .clip
    case "GPT2Tokenizer": return .gpt2
    case "RobertaTokenizer": return .roberta
    case "BertTokenizer": return .bert
    case "SiglipTokenizer": return siglip
    case "Siglip2Tokenizer": return .siglip2
    case "XLMRobertaTokenizer": return .xlmRoberta
    default:
      guard tokenizerJSON != nil else {
        throw node.error("\(quoted(className)) is not supported without a tokenizer.json")
      }
      return .asWritten
    }
  }

  /// SigLIP's tokenizer comes from its SentencePiece file; without that, `tokenizer.json` says it all.
  private var siglip: Family {
    folder.contains(SiglipTokenizer.modelFile) || tokenizerJSON == nil ? .siglip : .asWritten
  }

  private static let xlmRobertaModelFile = "sentencepiece.bpe.model"

  private mutating func setDefaultTokens(_ family: Family) {
    switch family {
    case .clip:
      settings.setDefault("bos_token", CLIPTokenizer.beginning)
      for role in ["eos_token", "unk_token", "pad_token"] { settings.setDefault(role, CLIPTokenizer.end) }
    case .gpt2:
      for role in ["bos_token", "eos_token", "unk_token"] { settings.setDefault(role, GPT2Tokenizer.endOfText) }
    case .bert:
      for (role, text) in [
        ("unk_token", "[UNK]"), ("sep_token", "[SEP]"), ("pad_token", "[PAD]"), ("cls_token", "[CLS]"),
        ("mask_token", "[MASK]"),
      ] {
        settings.setDefault(role, text)
      }
    case .roberta, .xlmRoberta:
      for (role, text) in [
        ("bos_token", "<s>"), ("eos_token", "</s>"), ("sep_token", "</s>"), ("cls_token", "<s>"),
        ("unk_token", "<unk>"), ("pad_token", "<pad>"), ("mask_token", "<mask>"),
      ] {
        settings.setDefault(role, text)
      }
    case .siglip:
      for role in ["eos_token", "pad_token"] { settings.setDefault(role, SiglipTokenizer.end) }
      settings.setDefault("unk_token", SiglipTokenizer.unknown)
    case .siglip2:
      for (role, text) in [
        ("unk_token", "<unk>"), ("bos_token", "<bos>"), ("eos_token", "<eos>"), ("pad_token", "<pad>"),
        ("mask_token", "<mask>"),
      ] {
        settings.setDefault(role, text)
      }
    case .asWritten:
      if let padToken = tokenizerJSON?.root["padding"]["pad_token"], case .string(let text) = padToken.value {
        settings.setDefault("pad_token", text)
      }
    }
  }

  // MARK: Pipeline

  private func pipeline(_ family: Family) throws(DataError) -> PipelineTokenizer {
    let configuration = settings.configuration
    switch family {
    case .clip:
      return CLIPTokenizer.pipeline(
        try bytePairs(CLIPTokenizer.options(unknownToken: settings.named["unk_token"]?.content)))
    case .gpt2, .roberta:
      return GPT2Tokenizer.pipeline(
        try bytePairs(BytePairEncoding.Options()),
        addsPrefixSpace: try configuration["add_prefix_space"].bool(default: false))
    case .bert:
      let lowercases = try configuration["do_lower_case"].bool(default: true)
      return BertTokenizer.pipeline(
        try wordPieces(),
        BertNormalizer(
          cleansText: true,
          separatesIdeographs: try configuration["tokenize_chinese_chars"].bool(default: true),
          stripsAccents: try configuration["strip_accents"].bool(default: lowercases),
          lowercases: lowercases))
    case .siglip: return try siglipPipeline()
    case .siglip2: return try siglip2Pipeline()
    case .xlmRoberta: return try xlmRobertaPipeline()
    case .asWritten:
      return try pipelineAsWritten(try requiredTokenizerJSON())
    }
  }

  private func requiredTokenizerJSON() throws(DataError) -> TokenizerJSON {
    guard let tokenizerJSON else {
      throw DataError(.notFound, file: folder.path(of: "tokenizer.json"), reason: "no such file")
    }
    return tokenizerJSON
  }

  private func pipelineAsWritten(_ json: TokenizerJSON) throws(DataError) -> PipelineTokenizer {
    let kind = try json.modelKind()
    let preTokenizer = try json.preTokenizer()
    let isByteLevel = preTokenizer?.isByteLevel ?? false
    let model: TokenModel
    switch kind {
    case .bytePairs: model = .bytePairs(try json.bytePairs(try json.statedOptions(isByteLevel: isByteLevel)))
    case .wordPieces: model = .wordPieces(try json.wordPieces())
    case .unigram: model = .unigram(try json.unigram())
    }
    guard kind == .bytePairs || !isByteLevel else {
      throw json.root["pre_tokenizer"].error(
        "a \(kind.rawValue) model is not supported with a ByteLevel pre-tokenizer")
    }
    var tokenizer = PipelineTokenizer(
      model: model, normalizer: try json.normalizer(), preTokenizer: preTokenizer)
    tokenizer.decoder = try json.decoder()
    tokenizer.addedTokens.add(
      try json.addedTokens().map(\.token), model: tokenizer.model, normalizer: tokenizer.normalizer)
    return tokenizer
  }

  private func bytePairs(_ options: BytePairEncoding.Options) throws(DataError) -> BytePairEncoding {
    if let tokenizerJSON {
      try tokenizerJSON.require(.bytePairs)
      return try tokenizerJSON.bytePairs(options)
    }
    let vocabulary = try VocabularyFile.vocabulary(try folder.json("vocab.json"))
    let path = folder.path(of: "merges.txt")
    let merges = try VocabularyFile.merges(try folder.text("merges.txt"), file: path)
    return try BytePairEncoding(
      vocabulary: vocabulary, merges: merges.map(\.pair), options: options,
      complaint: { DataError(file: path, place: "line \(merges[$0].line)", reason: $1) })
  }

  private func wordPieces() throws(DataError) -> WordPiece {
    let unknownToken = settings.named["unk_token"]?.content ?? "[UNK]"
    if let tokenizerJSON {
      try tokenizerJSON.require(.wordPieces)
      return try WordPiece(
        vocabulary: try tokenizerJSON.vocabulary(), unknownToken: unknownToken, file: tokenizerJSON.root.file)
    }
    let path = folder.path(of: "vocab.txt")
    let vocabulary = try VocabularyFile.vocabulary(lines: try folder.text("vocab.txt"), file: path)
    return try WordPiece(vocabulary: vocabulary, unknownToken: unknownToken, file: path)
  }

  // MARK: SentencePiece

  private func siglipPipeline() throws(DataError) -> PipelineTokenizer {
    let file = try SentencePieceModel(contentsOf: folder.path(of: SiglipTokenizer.modelFile))
    let model = try file.unigram()
    var tokenizer = PipelineTokenizer(model: .unigram(model), normalizer: nil, preTokenizer: nil)
    tokenizer.siglip = SiglipTokenizer(
      SentencePieceText(file, model: model),
      unknownToken: settings.named["unk_token"]?.content ?? SiglipTokenizer.unknown,
      lowercases: try settings.configuration["do_lower_case"].bool(default: true))
    tokenizer.skipsRepeatedTokens = true
    tokenizer.modelMaxLength = SiglipTokenizer.maxLength
    return tokenizer
  }

  /// SigLIP 2's (Tschannen et al. 2025): Gemma's byte pairs of characters, on text in lower case.
  private func siglip2Pipeline() throws(DataError) -> PipelineTokenizer {
    let json = try requiredTokenizerJSON()
    try json.require(.bytePairs)
    let options = BytePairEncoding.Options(
      spelling: .characters(fallsBackToBytes: true), unknownToken: settings.named["unk_token"]?.content,
      fusesUnknown: true)
    let (space, mark) = (TextPattern(text: " "), String(Metaspace().replacement))
    var tokenizer = PipelineTokenizer(
      model: .bytePairs(try json.bytePairs(options)),
      normalizer: .sequence([.lowercased, .replaced(space, by: mark)]),
      preTokenizer: .pattern(space, .mergedWithPrevious, isInverted: false))
    tokenizer.decoder = .sequence([.replaced(TextPattern(text: mark), by: " "), .byteFallback, .fused])
    return tokenizer
  }

  /// XLM-RoBERTa's (Conneau et al. 2020), which TrOCR's small models use.
  private func xlmRobertaPipeline() throws(DataError) -> PipelineTokenizer {
    let model: Unigram
    let map: CharacterMap?
    // The number that the class gives the unknown piece, whatever the files say.
    let unknownID = 3
    if let tokenizerJSON {
      try tokenizerJSON.require(.unigram)
      model = try tokenizerJSON.unigram(unknownID: unknownID, fallsBackToBytes: false)
      map = try tokenizerJSON.characterMap()
    } else {
      let path = folder.path(of: Self.xlmRobertaModelFile)
      let file = try SentencePieceModel(contentsOf: path)
      // fairseq's order: four special tokens, the pieces after SentencePiece's first three, the mask.
      func special(_ role: String) -> Unigram.Piece {
        Unigram.Piece(text: settings.named[role]?.content ?? "", score: 0)
      }
      let pieces =
        ["bos_token", "pad_token", "eos_token", "unk_token"].map(special) + file.pieces.dropFirst(3)
        + [special("mask_token")]
      model = try Unigram(
        pieces, unknownID: unknownID, fallsBackToBytes: false, source: .tokenizerJSON,
        complaint: { DataError(file: path, place: $0.map { "piece \($0)" }, reason: $1) })
      map = file.characterMap
    }
    let addsPrefix = try settings.configuration["add_prefix_space"].bool(default: true)
    let metaspace = Metaspace(prefix: addsPrefix ? .always : .never)
    var tokenizer = PipelineTokenizer(
      model: .unigram(model), normalizer: map.map { .mapped($0) },
      preTokenizer: .sequence([.characters(.space, .removed), .metaspace(metaspace)]))
    tokenizer.decoder = .metaspace(metaspace)
    return tokenizer
  }

  // MARK: Special tokens and limits

  private func specialTokens(_ tokenizer: PipelineTokenizer) -> SpecialTokens {
    func token(_ role: String) -> SpecialToken? { settings.named[role].flatMap { tokenizer.specialToken($0.content) } }
    var tokens = SpecialTokens()
    tokens.beginning = token("bos_token")
    tokens.end = token("eos_token")
    tokens.unknown = token("unk_token")
    tokens.separator = token("sep_token")
    tokens.padding = token("pad_token")
    tokens.classifier = token("cls_token")
    tokens.mask = token("mask_token")
    return tokens
  }

  private func addTemplate(to tokenizer: inout PipelineTokenizer, _ family: Family) throws(DataError) {
    switch family {
    case .clip:
      for role in ["bos_token", "eos_token"] where settings.named[role] == nil {
        throw settings.configuration[role].error("CLIP's tokenizer needs this token")
      }
      CLIPTokenizer.addTemplate(to: &tokenizer)
    case .bert: BertTokenizer.addTemplate(to: &tokenizer)
    case .roberta:
      try addRobertaTemplate(to: &tokenizer, beginning: "cls_token", end: "sep_token")
    case .xlmRoberta:
      try addRobertaTemplate(to: &tokenizer, beginning: "bos_token", end: "eos_token")
    case .siglip:
      tokenizer.template = .bounded(beginning: nil, end: tokenizer.specialTokens.end, pairTypeID: 0)
    case .gpt2, .siglip2, .asWritten:
      if let tokenizerJSON {
        tokenizer.template = try tokenizerJSON.template() ?? .plain
        return
      }
      let addsBeginning = try settings.configuration["add_bos_token"].bool(default: false)
      let addsEnd = try settings.configuration["add_eos_token"].bool(default: false)
      tokenizer.template = .bounded(
        beginning: addsBeginning ? tokenizer.specialTokens.beginning : nil,
        end: addsEnd ? tokenizer.specialTokens.end : nil)
    }
  }

  private func addRobertaTemplate(
    to tokenizer: inout PipelineTokenizer, beginning: String, end: String
  ) throws(DataError) {
    func token(_ role: String) throws(DataError) -> SpecialToken {
      guard let token = settings.named[role].flatMap({ tokenizer.specialToken($0.content) }) else {
        throw settings.configuration[role].error("RoBERTa's tokenizer needs this token")
      }
      return token
    }
    tokenizer.template = .roberta(beginning: try token(beginning), end: try token(end))
  }

  private func addLimits(to tokenizer: inout PipelineTokenizer) throws(DataError) {
    let configuration = settings.configuration
    for key in ["model_max_length", "max_len"] where tokenizer.modelMaxLength == nil && !configuration[key].isNull {
      guard let length = configuration[key].value.doubleValue, length > 0 else {
        throw configuration[key].error("a positive number is expected")
      }
      // transformers writes 10^30 for "not known".
      tokenizer.modelMaxLength = length > 1e18 ? nil : Int(length)
    }
    if configuration["padding_side"].isNull {
      tokenizer.paddingSide = try tokenizerJSON?.side("padding") ?? .right
    } else {
      tokenizer.paddingSide = try Side(configuration["padding_side"])
    }
    if configuration["truncation_side"].isNull {
      tokenizer.truncationSide = try tokenizerJSON?.side("truncation") ?? .right
    } else {
      tokenizer.truncationSide = try Side(configuration["truncation_side"])
    }
    tokenizer.processorLimits = try ProcessorLimits(configuration: configuration, tokenizerJSON: tokenizerJSON)
    let cleansUp = try configuration["clean_up_tokenization_spaces"].bool(default: false)
    let evenForBytePairs = try configuration[
      "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"
    ].bool(default: false)
    if case .bytePairs = tokenizer.model, !evenForBytePairs { return }
    tokenizer.cleansUpSpaces = cleansUp
  }
}
