import Tensors

/// A table with one vector for each id (`nn.Embedding`).
public final class Embedding: Module {
  /// `[count, width]`.
  public let weight: Tensor

  /// The row that gets no gradient.
  private let paddingIndex: Int?

  /// A table of normally distributed numbers.
  ///
  /// - Parameters:
  ///   - paddingIndex: a row that starts as zeros and stays as it is in training.
  ///   - standardDeviation: how far the numbers spread.
  public init(_ count: Int, _ width: Int, paddingIndex: Int? = nil, standardDeviation: Double = 1) {
    weight = Initialisation.normal([count, width], standardDeviation: standardDeviation)
    self.paddingIndex = paddingIndex
    if let paddingIndex { weight[paddingIndex].assign(.zeros([width])) }
  }

  /// - Returns: the shape of the ids with `width` behind.
  public func callAsFunction(_ ids: IntTensor) -> Tensor { weight.rows(ids, withoutGradient: paddingIndex) }
}
