import Tensors

/// Sets elements to zero at random while training (Srivastava et al. 2014; `nn.Dropout`).
public final class Dropout: Module {
  /// The share of elements that is dropped; 0 draws no random numbers.
  public var probability: Double

  /// A layer that drops this share of elements.
  public init(_ probability: Double = 0.5) { self.probability = probability }

  /// Drops elements in training; passes everything in use.
  public func callAsFunction(_ x: Tensor) -> Tensor { isTraining ? x.dropout(probability) : x }
}
