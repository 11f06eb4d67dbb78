import Tensors

/// A language model together with the images in its prompts.
///
/// B, Q, T, D, V stand for rows, an image's tokens, tokens, their width and the vocabulary.
public struct ImagePrompts: CausalLanguageModel {
  private let decoder: OPTDecoder
  private let images: Tensor  // [B, Q, D]
  private let placeholder: Int

  /// - Parameters:
  ///   - decoder: the language model.
  ///   - images: its tokens for each row's image, `[B, Q, D]`.
  ///   - placeholder: the id that holds the place of such a token.
  init(decoder: OPTDecoder, images: Tensor, placeholder: Int) {
    self.decoder = decoder
    self.images = images
    self.placeholder = placeholder
  }

  /// The number of tokens that it knows.
  public var vocabularySize: Int { decoder.vocabularySize }
  /// The longest text that it can read, in tokens.
  public var positionCount: Int { decoder.positionCount }

  /// The logits of every next token.
  ///
  /// - Parameter ids: `[B, T]`, each row with Q placeholders.
  /// - Returns: `[B, T, V]`.
  public func logits(_ ids: IntTensor) -> Tensor { decoder.logits(embed(ids)) }

  /// Whether a prompt may hold a token.
  public func accepts(_ token: Int) -> Bool { decoder.accepts(token) || token == placeholder }

  /// Reads more tokens and returns the logits after the last token of each row.
  public func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    let batch = TokenBatch(tokens, after: cache.lengths, limit: positionCount)
    // What is written later is text, whatever its id.
    let embedded = cache.isEmpty ? embed(batch.ids) : decoder.embed(batch.ids)
    return decoder.nextTokenLogits(batch, embedded: embedded, cache: cache)
  }

  /// The vectors of tokens, those of a row's placeholders replaced by its image's, in order: `[B, T]` to `[B, T, D]`.
  func embed(_ ids: IntTensor) -> Tensor {
    let (queries, width) = (images.shape[1], images.shape[2])
    let text = decoder.embed(IntTensor(ids.scalars.map { $0 == placeholder ? 0 : $0 }))  // [B·T, D]
    // One table with all texts' vectors above all images', and for each place a row of it.
    let table = Tensor.cat([text, images.reshape(-1, width)])  // [B·T + B·Q, D]
    var next = text.shape[0]
    let rows = ids.scalars.enumerated().map { place, id in
      if id != placeholder { return place }
      defer { next += 1 }
      return next
    }
    assert(rows.count { $0 >= text.shape[0] } <= images.shape[0] * queries)
    return table.rows(IntTensor(rows, shape: ids.shape))
  }
}
