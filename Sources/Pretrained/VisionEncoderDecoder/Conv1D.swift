import Layers
import Tensors

/// A linear map whose weight is stored as `[in, out]`, as GPT-2's checkpoints keep it (there called a convolution of
/// length 1). It is used as it lies.
final class Conv1D: Module {
  /// `[in, out]`.
  let weight: Tensor
  /// `[out]`.
  let bias: Tensor

  /// A layer with GPT-2's initial values: normal weights, biases of zero.
  init(_ inFeatures: Int, _ outFeatures: Int, std: Double) {
    weight = Initialization.normal([inFeatures, outFeatures], std: std)
    bias = Initialization.constant([outFeatures], 0)
  }

  /// `[…, in]` to `[…, out]`.
  func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight.T, bias: bias) }
}
