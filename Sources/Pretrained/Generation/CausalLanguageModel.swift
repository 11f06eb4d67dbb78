import Support
import Tensors

/// A model that gives the logits of the next token of texts.
///
/// An image that the texts are about belongs to the conforming value.
public protocol CausalLanguageModel {
  /// The number of tokens that it knows.
  var vocabularySize: Int { get }
  /// The longest text that it can read, in tokens.
  var positionCount: Int { get }

  /// The longest text where no length is stated, in tokens with the prompt; by default what it can read.
  var unstatedLimit: Int? { get }

  /// Whether a prompt may hold a token; by default those of the vocabulary.
  func accepts(_ token: Int) -> Bool

  /// Reads more tokens.
  ///
  /// - Parameters:
  ///   - tokens: for each row of the cache the tokens that follow those read so far, at least one; rows may differ in
  ///     number.
  ///   - cache: what was read before; the tokens are added to it.
  /// - Returns: the logits after the last token of each row, `[rows, vocabularySize]`.
  func nextTokenLogits(after tokens: [[Int]], cache: KeyValueCache) -> Tensor
}

extension CausalLanguageModel {
  /// What it can read.
  public var unstatedLimit: Int? { positionCount }

  /// Whether a prompt may hold a token.
  public func accepts(_ token: Int) -> Bool { token >= 0 && token < vocabularySize }
}

extension IntTensor {
  /// The places of tokens in texts that are read as a whole, from 0: `[rows, tokens]`.
  static func places(rows: Int, tokens: Int) -> IntTensor {
    IntTensor((0..<rows).map { _ in Array(0..<tokens) })
  }

  /// The places of tokens `[B, T]` in their texts, `[B, T]`.
  static func places(of ids: IntTensor) -> IntTensor { places(rows: ids.shape[0], tokens: ids.shape[1]) }
}

/// New tokens of several texts as a rectangle: shorter rows are filled up behind their end, to which no token attends.
struct TokenBatch {
  /// `[B, T]`, filled up with token 0.
  let ids: IntTensor
  /// The position of each token in its text, `[B, T]`.
  let positions: IntTensor
  /// How many tokens of each row are real.
  let counts: [Int]

  /// - Parameter limit: the longest text that the model can read; positions of what fills up stay below.
  init(_ rows: [[Int]], after lengths: [Int], limit: Int) {
    let width = rows.map(\.count).max() ?? 0
    counts = rows.map(\.count)
    ids = IntTensor(rows.map { $0 + Array(repeating: 0, count: width - $0.count) })
    positions = IntTensor(lengths.map { start in (0..<width).map { min(start + $0, limit - 1) } })
    for (start, count) in zip(lengths, counts) where count == 0 || start + count > limit {
      reportMisuse("nextTokenLogits", "\(count) tokens after \(start); a text has 1 to \(limit) tokens")
    }
  }

  /// 1 for tokens, 0 for what fills up, `[B, T]`; `nil` where nothing does.
  var attended: IntTensor? {
    let width = ids.shape[1]
    if counts.allSatisfy({ $0 == width }) { return nil }
    return IntTensor(counts.map { Array(repeating: 1, count: $0) + Array(repeating: 0, count: width - $0) })
  }

  /// Of states `[B, T, D]` those of each row's last real token, `[B, D]`.
  func last(_ states: Tensor) -> Tensor { states.tokens(at: counts.map { $0 - 1 }) }
}
