import Tensors

/// Who may look at whom where queries and a text pass the Q-Former side by side (Li et al. 2023, figure 2).
public enum QFormerMask: CaseIterable, Sendable, CustomStringConvertible {
  /// Queries among themselves and words among themselves, for the contrastive loss: neither may copy from the other.
  case unimodal
  /// Queries among themselves; a word sees the queries and the words up to itself, for the grounded generation: what a
  /// text needs of the image must pass through the queries.
  case multimodalCausal
  /// Everyone sees everyone, for the matching.
  case bidirectional

  /// `unimodal`, `multimodal causal` or `bidirectional`.
  public var description: String {
    switch self {
    case .unimodal: "unimodal"
    case .multimodalCausal: "multimodal causal"
    case .bidirectional: "bidirectional"
    }
  }

  /// Whether the token at one place may look at the one at another; the queries come first, then the words.
  public func lets(_ place: Int, see other: Int, queryCount: Int) -> Bool {
    let (isQuery, otherIsQuery) = (place < queryCount, other < queryCount)
    return switch self {
    case .unimodal: isQuery == otherIsQuery
    case .multimodalCausal: otherIsQuery || (!isQuery && other <= place)
    case .bidirectional: true
    }
  }

  /// What to add to attention scores.
  ///
  /// B, Q, T stand for texts, queries and words.
  ///
  /// - Parameter attended: 0 for padding, which nobody may look at, else 1; `[B, T]`.
  /// - Returns: 0 where one may look and -∞ elsewhere, `[B, 1, Q + T, Q + T]`.
  public func tensor(queryCount: Int, attended: IntTensor) -> Tensor {
    let (texts, words) = (attended.shape[0], attended.shape[1])
    let count = queryCount + words
    let pattern = (0..<count * count).map { lets($0 / count, see: $0 % count, queryCount: queryCount) }
    var visible: [Float] = []
    visible.reserveCapacity(texts * count * count)
    for text in 0..<texts {
      for index in pattern.indices {
        let word = index % count - queryCount
        let isPadding = word >= 0 && attended.scalars[text * words + word] == 0
        visible.append(pattern[index] && !isPadding ? 1 : 0)
      }
    }
    return .attentionMask(visible: Tensor(visible, shape: [texts, 1, count, count]))
  }
}
