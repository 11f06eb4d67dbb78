import Layers
import Support
import Tensors

/// Splits an image into square patches and projects each to a token (Dosovitskiy et al. 2021, section 3.1).
///
/// B, C, H, W stand for batch, channels, height and width; P for the size of a patch; N for the number of patches; D for
/// the width of a token.
public final class PatchEmbedding: Module, UnaryLayer {
  let proj: Conv2d
  private let imageSize: Int
  /// N, the number of patches of an image.
  public let patchCount: Int

  /// - Parameters:
  ///   - imageSize: H and W.
  ///   - patchSize: P, by which the image size must divide.
  ///   - channels: C, 3 for red, green and blue.
  ///   - embedDim: D.
  public init(imageSize: Int = 224, patchSize: Int = 16, channels: Int = 3, embedDim: Int = 768) {
    if patchSize <= 0 || imageSize < patchSize || imageSize % patchSize != 0 {
      reportMisuse("PatchEmbedding", "an image of \(imageSize) pixels does not divide into patches of \(patchSize)")
    }
    if channels <= 0 || embedDim <= 0 {
      reportMisuse("PatchEmbedding", "\(channels) channels do not become tokens of width \(embedDim)")
    }
    let perSide = imageSize / patchSize
    patchCount = checkedCount([perSide, perSide], "PatchEmbedding")
    // A convolution whose stride is its kernel cuts and projects at once.
    proj = calling("PatchEmbedding", ("filters", [embedDim, channels, patchSize, patchSize])) {
      Conv2d(channels, embedDim, kernelSize: patchSize, stride: patchSize)
    }
    self.imageSize = imageSize
  }

  /// - Parameter image: `[B, C, H, W]`, with `H` and `W` the image size given at `init`.
  /// - Returns: tokens `[B, N, D]`, where `N = (H / P)²`, in raster order.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    if image.rank != 4 || image.shape[2] != imageSize || image.shape[3] != imageSize {
      reportMisuse(
        "PatchEmbedding", "images of shape \(image.shape), not [batch, channels, \(imageSize), \(imageSize)]")
    }
    return calling("PatchEmbedding", ("images", image.shape)) {
      proj(image)  // [B, D, H/P, W/P]
        .flatten(from: 2)  // [B, D, N]
        .transpose(1, 2)  // [B, N, D]
    }
  }
}
