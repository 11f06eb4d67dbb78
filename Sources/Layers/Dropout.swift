import Support
import Tensors

/// Sets elements to zero at random while training (Srivastava et al. 2014; `nn.Dropout`).
public final class Dropout: Module {
  /// The share of elements that is dropped, from 0 to 1; 0 draws no random numbers.
  public var probability: Double {
    didSet { requireProbability(probability, "Dropout") }
  }

  /// A layer that drops this share of elements, from 0 to 1.
  public init(_ probability: Double = 0.5) {
    requireProbability(probability, "Dropout")
    self.probability = probability
  }

  /// Drops elements in training; passes everything in use.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    isTraining ? calling("Dropout", ("input", x.shape)) { x.dropout(probability) } : x
  }

  /// The same for what attention returns, `[B, T, E]`. PyTorch's attention has the tokens in front of the batch, so it
  /// draws for `[T, B, E]`.
  func tokensFirst(_ x: Tensor) -> Tensor {
    isTraining && probability > 0 ? self(x.transpose(0, 1)).transpose(0, 1) : x
  }
}

/// Ends the program if a share of what is dropped is no probability.
func requireProbability(_ probability: Double, _ operation: String) {
  if !(probability >= 0 && probability <= 1) {
    reportMisuse(operation, "a dropout probability is from 0 to 1, not \(probability)")
  }
}
