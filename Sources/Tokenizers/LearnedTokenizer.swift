import Support

/// A tokenizer whose vocabulary was learned from a corpus: write its files, then load them like any other's.
///
/// ```swift
/// let learned = try LearnedTokenizer.clip(corpus: captions, vocabularySize: 600, maxLength: 24)
/// try learned.write(to: "my-clip")
/// let tokenizer = try loadTokenizer(directory: "my-clip")
/// ```
///
/// The same corpus gives the same files, in whatever order its texts come.
public struct LearnedTokenizer: Sendable {
  /// How the tokenizer works, by the name of its class in transformers.
  enum Family: String {
    case clip = "CLIPTokenizer"
    case gpt2 = "GPT2Tokenizer"
    case bert = "BertTokenizer"
  }

  let family: Family
  /// The tokens by id.
  public let tokens: [String]
  /// The pairs of tokens in the order in which they were learned; WordPiece needs none.
  let merges: [(String, String)]
  /// Tokens by role, as in `tokenizer_config.json`.
  let roles: [(role: String, token: String)]
  /// Special tokens without a role.
  var otherSpecials: [String] = []
  /// Tokens that are found whole in a text, as special ones are, but stay when tokens are decoded without those.
  var tags: [String] = []
  /// Whether texts begin with the beginning token (OPT; CLIP and BERT always bound texts in their own ways).
  let addsBeginning: Bool
  /// The longest text in tokens.
  let maxLength: Int

  /// The number of tokens.
  public var vocabularySize: Int { tokens.count }

  /// The id of a token.
  public func id(of token: String) -> Int? { tokens.firstIndex(of: token) }

  /// The special tokens and the tags, by id.
  var addedTokens: [(id: Int, text: String, isSpecial: Bool)] {
    let special = roles.map(\.token) + otherSpecials
    return tokens.enumerated().filter { special.contains($1) || tags.contains($1) }
      .map { ($0, $1, special.contains($1)) }
  }

  // MARK: Families

  /// A tokenizer like CLIP's: lower case, byte pairs, `</w>` at a word's end.
  ///
  /// The first 512 tokens are the bytes, inside a word and at its end, so that every text can be spelled; the last two
  /// are `<|startoftext|>` and `<|endoftext|>`.
  ///
  /// - Parameters:
  ///   - vocabularySize: how many tokens to learn at most, these included.
  ///   - maxLength: the longest text that the model reads, in tokens.
  /// - Throws: `DataError` if the vocabulary has no room for the bytes.
  public static func clip(
    corpus: some Sequence<String>, vocabularySize: Int, maxLength: Int
  ) throws(DataError) -> LearnedTokenizer {
    let specials = [CLIPTokenizer.beginning, CLIPTokenizer.end]
    let bytes = byteTokens
    let alphabet = bytes + bytes.map { $0 + CLIPTokenizer.wordEnd }
    try require(vocabularySize, for: alphabet.count + specials.count)
    var learner = PairLearner(alphabet: alphabet)
    let stages = CLIPTokenizer.pipeline(try emptyModel())
    for (word, count) in words(corpus, stages) {
      var symbols = word.map { String(ByteCharacters.characters[Int($0)]) }
      symbols[symbols.count - 1] += CLIPTokenizer.wordEnd
      learner.add(symbols, count: count)
    }
    learner.learn(limit: vocabularySize - specials.count, join: +)
    return LearnedTokenizer(
      family: .clip, tokens: learner.spellings + specials, merges: learner.spelledMerges,
      roles: [
        ("bos_token", specials[0]), ("eos_token", specials[1]), ("pad_token", specials[1]), ("unk_token", specials[1]),
      ], addsBeginning: true, maxLength: maxLength)
  }

  /// A tokenizer like GPT-2's: byte pairs on the text as it is; `<|endoftext|>`, the first token behind them, has all
  /// roles.
  ///
  /// - Parameters:
  ///   - vocabularySize: how many tokens to learn at most, the 256 bytes and the special token included.
  ///   - maxLength: the longest text that the model reads, in tokens.
  ///   - prompts: more special tokens behind that one, which tell a model what to write.
  ///   - tags: more tokens behind these, which are found whole in a text and stay when special tokens are left out:
  ///     Donut's `<s_total>` (Kim et al. 2022, section 3.1).
  /// - Throws: `DataError` if the vocabulary has no room for the bytes.
  public static func gpt2(
    corpus: some Sequence<String>, vocabularySize: Int, maxLength: Int, prompts: [String] = [], tags: [String] = []
  ) throws(DataError) -> LearnedTokenizer {
    let end = GPT2Tokenizer.endOfText
    let learner = try bytePairs(corpus, first: [], limit: vocabularySize - 1)
    return LearnedTokenizer(
      family: .gpt2, tokens: learner.spellings + [end] + prompts + tags, merges: learner.spelledMerges,
      roles: ["bos_token", "eos_token", "pad_token", "unk_token"].map { ($0, end) }, otherSpecials: prompts, tags: tags,
      addsBeginning: false, maxLength: maxLength)
  }

  /// A tokenizer like OPT's: GPT-2's with `<s>`, `<pad>` and `</s>` as the first tokens; `</s>` begins and ends texts.
  ///
  /// - Parameters:
  ///   - vocabularySize: how many tokens to learn at most, the 256 bytes and the special tokens included.
  ///   - maxLength: the longest text that the model reads, in tokens.
  ///   - imageToken: the last token, which stands for a picture in a text (BLIP-2's `<image>`), if there is one. It has
  ///     no role in the files: transformers' processor of BLIP-2 takes `<image>` for itself, and fails on a named one.
  /// - Throws: `DataError` if the vocabulary has no room for the bytes.
  public static func opt(
    corpus: some Sequence<String>, vocabularySize: Int, maxLength: Int, imageToken: String? = nil
  ) throws(DataError) -> LearnedTokenizer {
    let image = imageToken.map { [$0] } ?? []
    let learner = try bytePairs(corpus, first: ["<s>", "<pad>", "</s>"], limit: vocabularySize - image.count)
    let roles = [
      ("bos_token", "</s>"), ("eos_token", "</s>"), ("pad_token", "<pad>"), ("unk_token", "</s>"),
    ]
    return LearnedTokenizer(
      family: .gpt2, tokens: learner.spellings + image, merges: learner.spelledMerges, roles: roles,
      otherSpecials: image, addsBeginning: true, maxLength: maxLength)
  }

  /// A tokenizer like BERT's: lower case, words and punctuation, WordPiece.
  ///
  /// The tokens are the five special ones, the corpus's characters (with and without `##`), and what merging the most
  /// frequent neighbors makes of them.
  ///
  /// - Parameters:
  ///   - vocabularySize: how many tokens to learn at most; all characters are kept even so.
  ///   - maxLength: the longest text that the model reads, in tokens.
  public static func bert(
    corpus: some Sequence<String>, vocabularySize: Int, maxLength: Int
  ) throws(DataError) -> LearnedTokenizer {
    let specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    let prefix = "##"
    let pieces = WordPiece(vocabulary: Vocabulary(), prefix: prefix, unknownID: 1, longestWord: 100)
    let words = words(corpus, BertTokenizer.pipeline(pieces, BertNormalizer())).map { word, count in
      let characters = String(decoding: word, as: UTF8.self).unicodeScalars
      return (symbols: characters.enumerated().map { ($0 == 0 ? "" : prefix) + String($1) }, count: count)
    }
    let characters = Set(words.flatMap(\.symbols)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var learner = PairLearner(alphabet: specials + characters)
    for word in words { learner.add(word.symbols, count: word.count) }
    learner.learn(limit: vocabularySize) { $0 + $1.dropFirst(prefix.count) }
    return LearnedTokenizer(
      family: .bert, tokens: learner.spellings, merges: [],
      roles: [
        ("cls_token", "[CLS]"), ("mask_token", "[MASK]"), ("pad_token", "[PAD]"), ("sep_token", "[SEP]"),
        ("unk_token", "[UNK]"),
      ], addsBeginning: true, maxLength: maxLength)
  }

  // MARK: Parts

  /// The 256 bytes as GPT-2 spells and orders them: first those that stand for themselves.
  private static var byteTokens: [String] {
    let bytes =
      (0...UInt8.max).filter(ByteCharacters.isPrintable) + (0...UInt8.max).filter { !ByteCharacters.isPrintable($0) }
    return bytes.map { String(ByteCharacters.characters[Int($0)]) }
  }

  private static func bytePairs(
    _ corpus: some Sequence<String>, first: [String], limit: Int
  ) throws(DataError) -> PairLearner {
    let alphabet = first + byteTokens
    try require(limit, for: alphabet.count)
    var learner = PairLearner(alphabet: alphabet)
    for (word, count) in words(corpus, GPT2Tokenizer.pipeline(try emptyModel(), addsPrefixSpace: false)) {
      learner.add(word.map { String(ByteCharacters.characters[Int($0)]) }, count: count)
    }
    learner.learn(limit: limit, join: +)
    return learner
  }

  private static func require(_ size: Int, for count: Int) throws(DataError) {
    guard size >= count else {
      throw DataError(reason: "a vocabulary of \(size) tokens has no room for the \(count) that it must have")
    }
  }

  private static func emptyModel() throws(DataError) -> BytePairEncoding {
    try BytePairEncoding(vocabulary: Vocabulary(), merges: [], complaint: { DataError(reason: $1) })
  }

  /// The different words of a corpus in order of their bytes, and how often each occurs.
  private static func words(
    _ corpus: some Sequence<String>, _ stages: PipelineTokenizer
  ) -> [(word: [UInt8], count: Int)] {
    var counts: [[UInt8]: Int] = [:]
    for text in corpus {
      for word in stages.words(text) { counts[word, default: 0] += 1 }
    }
    return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
  }
}

extension PairLearner {
  /// All tokens by id.
  fileprivate var spellings: [String] { (0..<tokens.count).map(spelling) }
  /// The merges as pairs of texts.
  fileprivate var spelledMerges: [(String, String)] { merges.map { (spelling($0.left), spelling($0.right)) } }
}
