/// BERT's tokenizer (Devlin et al. 2019), which ViLT uses: cleaned text, split at white space and punctuation, then
/// ``WordPiece``.
enum BertTokenizer {
  /// The stages, without special tokens yet.
  static func pipeline(_ model: WordPiece, _ normalizer: BertNormalizer) -> PipelineTokenizer {
    var tokenizer = PipelineTokenizer(
      model: .wordPieces(model), normalizer: .bert(normalizer), preTokenizer: .bert)
    tokenizer.decoder = .wordPiece(prefix: model.prefix, cleansUp: true)
    return tokenizer
  }

  /// Bounds texts by the tokenizer's special tokens.
  ///
  /// For a role that the files set to `null`, transformers takes the ids that these tokens have in the smallest
  /// vocabularies, and calls the token "None"; without both roles the one "None" is the separator's.
  static func addTemplate(to tokenizer: inout PipelineTokenizer) {
    let (classifier, separator) = (tokenizer.specialTokens.classifier, tokenizer.specialTokens.separator)
    tokenizer.template = .bert(
      classifier: classifier ?? SpecialToken(text: "None", id: separator == nil ? 3 : 2),
      separator: separator ?? SpecialToken(text: "None", id: 3))
  }
}
