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
  static func addTemplate(to tokenizer: inout PipelineTokenizer) {
    if let classifier = tokenizer.specialTokens.classifier, let separator = tokenizer.specialTokens.separator {
      tokenizer.template = .bert(classifier: classifier, separator: separator)
    }
  }
}
