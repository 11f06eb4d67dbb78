import Tensors

/// A table with one vector for each id (`nn.Embedding`).
public final class Embedding: Module {
  /// `[count, width]`.
  public let weight: Tensor

  /// A table of normally distributed numbers.
  ///
  /// - Parameters:
  ///   - paddingIndex: a row that starts as zeros.
  ///   - standardDeviation: how far the numbers spread.
  public init(_ count: Int, _ width: Int, paddingIndex: Int? = nil, standardDeviation: Double = 1) {
    weight = Initialisation.normal([count, width], standardDeviation: standardDeviation)
    if let paddingIndex { weight[paddingIndex].assign(.zeros([width])) }
  }

  /// - Returns: the shape of the ids with `width` behind.
  public func callAsFunction(_ ids: IntTensor) -> Tensor { weight.rows(ids) }
}
