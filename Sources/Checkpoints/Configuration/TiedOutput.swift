/// The two names of a matrix that is a language model's token embedding and its output layer at once.
struct TiedOutput {
  let table: String
  let head: String
}

extension ModelConfiguration {
  /// The token embedding and the output layer of the language model, if it has one and both are declared the same.
  var tiedOutput: TiedOutput? {
    switch self {
    case .visionEncoderDecoder(let settings) where settings.tiesWordEmbeddings:
      TiedOutput(table: "decoder.transformer.wte.weight", head: "decoder.lm_head.weight")
    case .blip2(let settings) where settings.text.tiesWordEmbeddings:
      TiedOutput(table: "language_model.model.decoder.embed_tokens.weight", head: "language_model.lm_head.weight")
    case .gpt2(let settings) where settings.tiesWordEmbeddings:
      TiedOutput(table: "transformer.wte.weight", head: "lm_head.weight")
    case .opt(let settings) where settings.tiesWordEmbeddings:
      TiedOutput(table: "model.decoder.embed_tokens.weight", head: "lm_head.weight")
    default: nil
    }
  }

  /// The settings of the model that a checkpoint holds: a language model whose token embedding and output layer are
  /// both in the file, and differ, is not tied, whatever `tie_word_embeddings` says. So does transformers.
  public func fitted(to checkpoint: Checkpoint) -> ModelConfiguration {
    guard let names = tiedOutput, let table = checkpoint[names.table], let head = checkpoint[names.head],
      !table.holdsTheSame(as: head)
    else { return self }
    switch self {
    case .visionEncoderDecoder(var settings):
      settings.decoder.tiesWordEmbeddings = false
      return .visionEncoderDecoder(settings)
    case .blip2(var settings):
      settings.text.tiesWordEmbeddings = false
      return .blip2(settings)
    case .gpt2(var settings):
      settings.tiesWordEmbeddings = false
      return .gpt2(settings)
    case .opt(var settings):
      settings.tiesWordEmbeddings = false
      return .opt(settings)
    case .clip, .vilt, .vit: return self
    }
  }
}

extension TensorEntry {
  /// Whether two tensors have the same shape and numbers; at once where both lie in the same place of a file.
  func holdsTheSame(as other: TensorEntry) -> Bool {
    guard shape == other.shape else { return false }
    let isSameType = elementType == other.elementType
    if isSameType, file.path == other.file.path, byteOffset == other.byteOffset, strides == other.strides {
      return true
    }
    if isSameType, isContiguous, other.isContiguous {
      // Equal bytes are the rule; others may still be equal numbers (0 and −0).
      let areEqual = withUnsafeBytes { own in other.withUnsafeBytes { own.elementsEqual($0) } }
      if areEqual { return true }
    }
    return float32() == other.float32()
  }
}
