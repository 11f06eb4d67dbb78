import Support
import Tensors

/// Layer normalization over the last dimension (Ba, Kiros and Hinton 2016; `nn.LayerNorm`).
public final class LayerNorm: Module {
  /// The scale, `[width]`, ones at first.
  public let weight: Tensor
  /// The shift, `[width]`, zeros at first.
  public let bias: Tensor
  private let epsilon: Float

  /// A layer that scales by 1 and shifts by 0 at first.
  ///
  /// - Parameter epsilon: added to the variance.
  public init(_ width: Int, epsilon: Float = 1e-5) {
    (weight, bias) = calling("LayerNorm", ("weight", [width])) {
      (Initialization.constant([width], 1), Initialization.constant([width], 0))
    }
    self.epsilon = epsilon
  }

  /// Normalizes each row.
  ///
  /// - Parameter x: `[…, width]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    calling("LayerNorm", ("input", x.shape), ("weight", weight.shape)) {
      x.layerNorm(weight: weight, bias: bias, epsilon: epsilon)
    }
  }
}
