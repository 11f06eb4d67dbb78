import Foundation
import Support

/// CLIP's tokenizer (Radford et al. 2021, section 2.4): byte pair encoding on lower-case text.
///
/// Text is composed (NFC), white space collapsed, letters made small; then come ``PreTokenizer``'s CLIP pattern and
/// a byte pair encoding whose tokens at a word's end carry `</w>`. `<|startoftext|>` and `<|endoftext|>` bound the text.
/// The image–text model reads its features at `<|endoftext|>`, so truncation keeps it; it also pads.
public enum CLIPTokenizer {
  static let beginning = "<|startoftext|>"
  static let end = "<|endoftext|>"
  static let wordEnd = "</w>"

  /// The number of tokens that CLIP's text encoder takes.
  public static let maxLength = 77

  /// The tokenizer with the vocabulary of OpenAI's CLIP: 49,408 tokens.
  ///
  /// The file holds the 48,894 merges that CLIP uses, out of the 262,144 of `bpe_simple_vocab_16e6.txt.gz`. The
  /// vocabulary follows from them: the 256 bytes, the same at a word's end, the merged pairs, the two special tokens.
  ///
  /// - Throws: `DataError` if the file, a resource of this module, is missing or damaged.
  public static func openAI() throws(DataError) -> any Tokenizer {
    let (merges, path) = try readMerges()
    var tokens: [String] = []
    tokens.reserveCapacity(512 + merges.count)
    for byte in 0...UInt8.max where ByteCharacters.isPrintable(byte) {
      tokens.append(String(ByteCharacters.characters[Int(byte)]))
    }
    for byte in 0...UInt8.max where !ByteCharacters.isPrintable(byte) {
      tokens.append(String(ByteCharacters.characters[Int(byte)]))
    }
    tokens += tokens.map { $0 + wordEnd }
    tokens += merges.map { $0.pair.0 + $0.pair.1 }
    tokens += [beginning, end]

    var vocabulary = Vocabulary(minimumCapacity: tokens.count)
    for (id, token) in tokens.enumerated() {
      do throws(DataError) {
        try vocabulary.insert(token, id: id)
      } catch {
        throw DataError(file: path, reason: error.reason)
      }
    }
    let model = try BytePairEncoding(
      vocabulary: vocabulary, merges: merges.map(\.pair), options: options(unknownToken: end),
      complaint: { DataError(file: path, place: "line \(merges[$0].line)", reason: $1) })
    var tokenizer = pipeline(model)
    tokenizer.addedTokens.add(
      [AddedToken(content: beginning, isSpecial: true), AddedToken(content: end, isSpecial: true)],
      model: tokenizer.model, normalizer: tokenizer.normalizer)
    tokenizer.specialTokens.beginning = tokenizer.specialToken(beginning)
    tokenizer.specialTokens.end = tokenizer.specialToken(end)
    tokenizer.specialTokens.unknown = tokenizer.specialTokens.end
    tokenizer.specialTokens.padding = tokenizer.specialTokens.end
    tokenizer.modelMaxLength = maxLength
    addTemplate(to: &tokenizer)
    return tokenizer
  }

  /// The pairs of tokens that OpenAI's CLIP merges, the first learned first: all that its vocabulary was made from.
  ///
  /// - Throws: `DataError` if the file, a resource of this module, is missing or damaged.
  public static func openAIMerges() throws(DataError) -> [(left: String, right: String)] {
    try readMerges().merges.map { ($0.pair.0, $0.pair.1) }
  }

  private static func readMerges() throws(DataError) -> (
    merges: [(pair: (String, String), line: Int)], path: String
  ) {
    guard let path = Bundle.module.path(forResource: "clip-merges", ofType: "txt", inDirectory: "Resources") else {
      throw DataError(file: "Resources/clip-merges.txt", reason: "the resource is missing")
    }
    return (try VocabularyFile.merges(try TokenizerFolder.text(path), file: path), path)
  }

  static func options(unknownToken: String?) -> BytePairEncoding.Options {
    BytePairEncoding.Options(wordEnd: wordEnd, unknownToken: unknownToken)
  }

  /// The stages, without special tokens yet.
  static func pipeline(_ model: BytePairEncoding) -> PipelineTokenizer {
    var tokenizer = PipelineTokenizer(
      model: .bytePairs(model),
      normalizer: .sequence([.composed, .collapsedSpace, .lowercased]),
      preTokenizer: .sequence([
        .clip(keepsSpecialTokens: true), .byteLevel(addsPrefixSpace: false, usesPattern: true),
      ]))
    tokenizer.decoder = .byteLevel
    tokenizer.decodedWordEnd = wordEnd
    return tokenizer
  }

  /// Bounds texts by the tokenizer's special tokens.
  static func addTemplate(to tokenizer: inout PipelineTokenizer) {
    if let beginning = tokenizer.specialTokens.beginning, let end = tokenizer.specialTokens.end {
      tokenizer.template = .roberta(beginning: beginning, end: end)
    }
  }
}
