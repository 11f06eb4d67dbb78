import Layers
import Support
import Tensors
import Tokenizers

/// Captions for teacher forcing: the input at each place is a token, the target is the next one.
public struct CaptionBatch {
  /// The input: the start token and the caption, `[B, T]`, filled up with the end token.
  public let inputs: IntTensor
  /// The target: the caption and the end token, `[B · T]`; ``ignored`` after it.
  public let targets: IntTensor

  /// The target that does not count.
  public static let ignored = -100

  /// Captions as a tokenizer reads them.
  ///
  /// - Parameter end: the token that begins and ends captions.
  /// - Throws: `DataError` for a caption that cannot be read.
  public init(_ captions: [String], _ tokenizer: any Tokenizer, end: Int) throws {
    self.init(ids: try tokenizer.encode(batch: captions, addSpecialTokens: false).map(\.ids), end: end)
  }

  /// Captions that are tokens already.
  ///
  /// - Parameters:
  ///   - ids: the captions' tokens, without the one that begins and ends them.
  ///   - end: that token.
  public init(ids rows: [[Int]], end: Int) {
    self.init(ids: rows, starts: rows.map { _ in end }, end: end)
  }

  /// Captions that are tokens already, each of which begins with a token of its own.
  ///
  /// - Parameters:
  ///   - ids: the captions' tokens, without those that begin and end them.
  ///   - starts: the token that begins each.
  ///   - end: the token that ends all.
  public init(ids rows: [[Int]], starts: [Int], end: Int) {
    if starts.count != rows.count { reportMisuse("CaptionBatch", "\(starts.count) starts for \(rows.count) captions") }
    let length = (rows.map(\.count).max() ?? 0) + 1
    inputs = IntTensor(
      zip(rows, starts).map { [$1] + $0 + Array(repeating: end, count: length - 1 - $0.count) })
    targets = IntTensor(
      rows.flatMap { $0 + [end] + Array(repeating: Self.ignored, count: length - 1 - $0.count) })
  }

  /// How many targets count, over all captions.
  public var targetCount: Int { targets.scalars.count { $0 != Self.ignored } }

  /// The mean cross-entropy of the tokens that count.
  ///
  /// - Parameter logits: `[B, T, V]`.
  public func loss(_ logits: Tensor) -> Tensor {
    crossEntropy(logits.flatten(from: 0, through: 1), targets, ignoreIndex: Self.ignored)
  }
}
