import Support
import Tensors

/// How well the right items are found by similarity: the rank of each query's right item, from 1.
public struct RetrievalScores: Sendable, Equatable {
  /// The ranks, in the order of the queries.
  public let ranks: [Int]

  /// Scores of known ranks, from 1.
  public init(ranks: [Int]) {
    if ranks.isEmpty { reportMisuse("RetrievalScores", "retrieval is scored on at least one query") }
    self.ranks = ranks
  }

  /// Ranks the items of each row: the right one of row i is item i. Equal similarities rank by their index.
  ///
  /// - Parameter similarities: `[queries, items]`, with at least as many items as queries; transpose for the other way.
  public init(_ similarities: Tensor) {
    self.init(similarities, right: (0..<(similarities.shape.first ?? 0)).map { [$0] })
  }

  /// Ranks the items of each row by the best of the right ones. Equal similarities rank by their index.
  ///
  /// - Parameters:
  ///   - similarities: `[queries, items]`; NaN ranks last.
  ///   - right: the right items of each query.
  public init(_ similarities: Tensor, right: [[Int]]) {
    if similarities.shape.count != 2 || similarities.shape[0] != right.count {
      reportMisuse(
        "RetrievalScores",
        "similarities are [queries, items] with \(right.count) queries, not \(similarities.shape)")
    }
    let items = similarities.shape[1]
    let values = similarities.scalars.map { $0.isNaN ? -.infinity : $0 }
    self.init(
      ranks: right.enumerated().map { query, right in
        if let item = right.first(where: { $0 < 0 || $0 >= items }) {
          reportMisuse("RetrievalScores", "right item \(item) of query \(query) is not one of \(items) items")
        }
        let row = values[query * items..<(query + 1) * items]
        let ranks = right.map { place in
          let own = row[row.startIndex + place]
          return 1 + row.enumerated().count { $1 > own || ($1 == own && $0 < place) }
        }
        return ranks.min() ?? items + 1
      })
  }

  /// The share of queries whose right item is among the first k, 0 to 1.
  public func recall(at k: Int) -> Double { Double(ranks.count { $0 <= k }) / Double(ranks.count) }

  /// The middle rank; the mean of the two middle ones if their number is even.
  public var medianRank: Double {
    let sorted = ranks.sorted()
    return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The recall at k that guessing has among so many items.
  public static func chance(at k: Int, items: Int) -> Double { Double(min(k, items)) / Double(items) }
}
