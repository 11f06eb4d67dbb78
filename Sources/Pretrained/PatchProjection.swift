import Checkpoints
import Layers
import Tensors

/// Cuts an image into patches and projects each to a token (Dosovitskiy et al. 2021, section 3.1), as the convolution
/// whose stride is its kernel that published checkpoints keep.
///
/// B, C, H, W stand for batch, channels, height and width of the image; P for the patch; N for the number of patches;
/// D for the width of a token. Patches need not be square, nor must the image divide into them: what is left over at
/// the right and at the bottom is not seen.
final class PatchProjection: Module {
  let weight: Tensor  // [D, C, P, P]
  let bias: Tensor?  // [D]
  private let patchSize: Extent

  init(channels: Int, patchSize: Extent, width: Int, bias: Bool = true, std: Double) {
    weight = Initialization.normal(
      [width, channels, patchSize.height, patchSize.width], std: std)
    self.bias = bias ? Initialization.constant([width], 0) : nil
    self.patchSize = patchSize
  }

  /// - Parameter image: `[B, C, H, W]`.
  /// - Returns: tokens in raster order, `[B, N, D]`.
  func callAsFunction(_ image: Tensor) -> Tensor {
    let size = (patchSize.height, patchSize.width)
    return image.unfold(kernel: size, stride: size)  // [B, N, C·P·P]
      .linear(weight: weight.reshape(weight.shape[0], -1), bias: bias)  // [B, N, D]
  }
}
