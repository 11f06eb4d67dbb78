import Tensors

/// The patches of an image in raster order, one a row.
///
/// - Parameters:
///   - image: `[C, H, W]`; H and W are multiples of `size`.
///   - size: P.
/// - Returns: `[N, C · P · P]`.
func patchify(_ image: Tensor, size: Int) -> Tensor {
  let (channels, height, width) = (image.shape[0], image.shape[1], image.shape[2])
  return image.reshape(channels, height / size, size, width / size, size)
    // Place of the patch first, then what is in it: cutting is a change of order.
    .permute(1, 3, 0, 2, 4)  // [H/P, W/P, C, P, P]
    .reshape(-1, channels * size * size)
}

/// The image that some patches were cut from.
///
/// - Parameter rows: `[N, C · P · P]`, as `patchify` makes them.
/// - Returns: `[C, H, W]`.
func unpatchify(_ rows: Tensor, channels: Int, height: Int, width: Int, size: Int) -> Tensor {
  rows.reshape(height / size, width / size, channels, size, size)
    .permute(2, 0, 3, 1, 4)  // [C, H/P, P, W/P, P]
    .reshape(channels, height, width)
}
