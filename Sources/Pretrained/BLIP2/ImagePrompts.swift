import Support
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
  ///   - placeholder: the id that stands for such a token in a prompt.
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
  public func logits(_ ids: IntTensor) -> Tensor {
    decoder.logits(embed(ids, counts: Array(repeating: ids.shape[1], count: ids.shape[0])))
  }

  /// Whether a prompt may hold a token.
  public func accepts(_ token: Int) -> Bool { decoder.accepts(token) || token == placeholder }

  /// Reads more tokens and returns the logits after the last token of each row.
  public func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor {
    let batch = TokenBatch(tokens, after: cache.lengths, limit: positionCount)
    // What is written later is text, whatever its id.
    let embedded = cache.isEmpty ? embed(batch.ids, counts: batch.counts) : decoder.embed(batch.ids)
    return decoder.nextTokenLogits(batch, embedded: embedded, cache: cache)
  }

  /// The vectors of tokens, those of a row's placeholders replaced by its image's, in order: `[B, T]` to `[B, T, D]`.
  ///
  /// - Parameter counts: how many tokens of each row are real; what fills up a row is no placeholder, whatever its id.
  func embed(_ ids: IntTensor, counts: [Int]) -> Tensor {
    let (queries, width, length) = (images.shape[1], images.shape[2], ids.shape[1])
    let tokens = ids.scalars
    let text = decoder.embed(IntTensor(tokens.map { $0 == placeholder ? 0 : $0 }))  // [B·T, D]
    // One table with all texts' vectors above all images', and for each position a row of it.
    let table = Tensor.cat([text, images.reshape(-1, width)])  // [B·T + B·Q, D]
    var rows: [Int] = []
    for (row, count) in counts.enumerated() {
      var next = 0
      for place in row * length..<(row + 1) * length {
        let isImage = tokens[place] == placeholder && place < row * length + count
        rows.append(isImage ? tokens.count + row * queries + next : place)
        next += isImage ? 1 : 0
      }
      if next != queries || counts.count != images.shape[0] {
        reportMisuse(
          "ImagePrompts",
          "text \(row) of \(counts.count) has \(next) placeholders for an image; images are \(images.shape)")
      }
    }
    return table.embedding(IntTensor(rows, shape: ids.shape))
  }
}
