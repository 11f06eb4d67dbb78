import Support
import Tensors

/// A two-dimensional convolution (`nn.Conv2d`).
public final class Conv2d: Module {
  /// `[outChannels, inChannels, kernelSize, kernelSize]`.
  public let weight: Tensor
  /// `[outChannels]`.
  public let bias: Tensor?
  private let stride: Int
  private let padding: Int

  /// A layer with PyTorch's initial values.
  ///
  /// - Parameters:
  ///   - stride: how far the filters move.
  ///   - padding: zeros on all four sides.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, bias: Bool = true
  ) {
    let shape = [outChannels, inChannels, kernelSize, kernelSize]
    if inChannels <= 0 || outChannels < 0 || kernelSize <= 0 || stride <= 0 || padding < 0 {
      reportMisuse(
        "Conv2d",
        "filters \(shape) ([out, in, height, width]), stride \(stride) and padding \(padding) make no convolution")
    }
    (weight, self.bias) = calling("Conv2d", ("filters", shape)) {
      let fanIn = checkedCount([inChannels, kernelSize, kernelSize], "Conv2d")
      let weight = Initialization.uniform(shape, bound: Initialization.kaimingUniformBound(fanIn: fanIn))
      return (
        weight, bias ? Initialization.uniform([outChannels], bound: Initialization.biasBound(fanIn: fanIn)) : nil
      )
    }
    self.stride = stride
    self.padding = padding
  }

  /// Lets all filters pass over all images.
  ///
  /// - Parameter x: `[B, inChannels, H, W]`.
  /// - Returns: `[B, outChannels, H', W']`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    calling("Conv2d", ("images", x.shape), ("filters", weight.shape)) {
      x.conv2d(weight: weight, bias: bias, stride: (stride, stride), padding: (padding, padding))
    }
  }
}
