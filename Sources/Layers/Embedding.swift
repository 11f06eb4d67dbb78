import Support
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
  ///   - paddingIndex: a row that starts as zeros and stays as it is in training; a negative one counts from the end.
  ///   - std: their standard deviation.
  public init(_ count: Int, _ width: Int, paddingIndex: Int? = nil, std: Double = 1) {
    weight = calling("Embedding", ("table", [count, width])) {
      Initialization.normal([count, width], std: std)
    }
    self.paddingIndex = paddingIndex.map { index in
      guard (-count..<count).contains(index) else {
        reportMisuse("Embedding", "padding index \(index) is not one of \(count) rows (table [\(count), \(width)])")
      }
      return index < 0 ? index + count : index
    }
    if let row = self.paddingIndex, !Initialization.isSkipped { weight[row].assign(.zeros([width])) }
  }

  /// Looks up each id.
  ///
  /// - Returns: the shape of the ids with `width` behind.
  public func callAsFunction(_ ids: IntTensor) -> Tensor {
    calling("Embedding", ("ids", ids.shape), ("table", weight.shape)) {
      weight.embedding(ids, paddingIndex: paddingIndex)
    }
  }
}
