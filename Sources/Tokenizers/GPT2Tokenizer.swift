/// GPT-2's tokenizer (Radford et al. 2019, section 2.2), which OPT and BLIP-2 use with vocabularies of their own.
///
/// A byte pair encoding on bytes: nothing is normalized, every text can be spelled and is got back exactly.
enum GPT2Tokenizer {
  static let endOfText = "<|endoftext|>"

  /// The stages, without special tokens yet.
  static func pipeline(_ model: BytePairEncoding, addsPrefixSpace: Bool) -> PipelineTokenizer {
    var tokenizer = PipelineTokenizer(
      model: .bytePairs(model), normalizer: nil,
      preTokenizer: .byteLevel(addsPrefixSpace: addsPrefixSpace, usesPattern: true))
    tokenizer.decoder = .byteLevel
    return tokenizer
  }
}
