import Tensors

/// Which tokens attend to which where queries and a text pass the Q-Former together (Li et al. 2023, figure 2).
public enum QFormerMask: CaseIterable, Sendable, CustomStringConvertible {
  /// Queries attend to queries and words to words, for the contrastive loss: neither may copy from the other.
  case unimodal
  /// Queries attend to queries, and a word to the queries and to the words up to itself, for the grounded generation: what
  /// a text needs of the image must pass through the queries.
  case multimodalCausal
  /// All attend to all, for the matching.
  case bidirectional

  /// `unimodal`, `multimodal causal` or `bidirectional`.
  public var description: String {
    switch self {
    case .unimodal: "unimodal"
    case .multimodalCausal: "multimodal causal"
    case .bidirectional: "bidirectional"
    }
  }

  /// Whether the token at one position attends to the one at another; the queries come first, then the words.
  public func allows(_ position: Int, toAttendTo other: Int, queryCount: Int) -> Bool {
    let (isQuery, otherIsQuery) = (position < queryCount, other < queryCount)
    return switch self {
    case .unimodal: isQuery == otherIsQuery
    case .multimodalCausal: otherIsQuery || (!isQuery && other <= position)
    case .bidirectional: true
    }
  }

  /// What to add to attention scores.
  ///
  /// B, Q, T stand for texts, queries and words.
  ///
  /// - Parameter attended: 0 for padding, to which no token attends, else 1; `[B, T]`.
  /// - Returns: 0 where the row's token attends to the column's and -∞ elsewhere, `[B, 1, Q + T, Q + T]`.
  public func tensor(queryCount: Int, attended: IntTensor) -> Tensor {
    let (texts, words) = (attended.shape[0], attended.shape[1])
    let count = queryCount + words
    let pattern = (0..<count * count).map { allows($0 / count, toAttendTo: $0 % count, queryCount: queryCount) }
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
