// Convolution and pooling of images whose channels come last, `[B, H, W, C]`: what a filter sees of a row of pixels is one
// run of memory, and the product over unfolded patches is such an image again, without a transposition.

import Support

extension Tensor {
  /// Cross-correlation of images whose channels come last: `nn.functional.conv2d` in another order of dimensions.
  ///
  /// Every element is one chain of fused multiply-adds from its bias, over the rows, columns and channels of the patch.
  ///
  /// - Parameters:
  ///   - weight: filters `[Cout, KH, KW, Cin]`.
  ///   - bias: `[Cout]`.
  ///   - stride: how far a filter moves, vertically and horizontally.
  ///   - padding: zeros around the image, above and below, left and right.
  /// - Returns: `[B, H', W', Cout]` for images `[B, H, W, Cin]`.
  public func conv2dChannelsLast(
    weight: Tensor, bias: Tensor? = nil, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0)
  ) -> Tensor {
    let operation = "conv2dChannelsLast"
    guard rank == 4, weight.rank == 4, shape[3] == weight.shape[3] else {
      fail(
        operation,
        "images of shape \(shape) ([batch, height, width, channels]) and filters of shape \(weight.shape) "
          + "([out, height, width, channels]) do not fit")
    }
    let (outChannels, channels, kernel) = (weight.shape[0], shape[3], (weight.shape[1], weight.shape[2]))
    if let bias, bias.shape != [outChannels] {
      fail(operation, "a bias of shape \(bias.shape) does not fit \(outChannels) filters")
    }
    let matrix = weight.reshape([outChannels, Shape.count([kernel.0, kernel.1, channels], operation)])
    // A filter of one pixel sees one pixel.
    if kernel == (1, 1), stride == (1, 1), padding == (0, 0) {
      return linear(weight: matrix, bias: bias, as: operation)
    }
    let most = Int.max >> 32
    guard channels > 0, Swift.max(stride.1, padding.1, kernel.1, shape[2]) < most / channels else {
      fail(operation, "images \(shape) with stride \(stride) and padding \(padding) have no patches, or too many")
    }
    return calling(operation, ("images", shape), ("filters", weight.shape)) {
      // Pixels with their channels are read as one channel of wider rows.
      let patches = reshape([shape[0], 1, shape[1], shape[2] * channels])
        .unfold(
          kernel: (kernel.0, kernel.1 * channels), stride: (stride.0, stride.1 * channels),
          padding: (padding.0, padding.1 * channels))  // [B, N, KH·KW·Cin]
      let height = (shape[1] + 2 * padding.0 - kernel.0) / stride.0 + 1
      let width = (shape[2] + 2 * padding.1 - kernel.1) / stride.1 + 1
      return patches.linear(weight: matrix, bias: bias, as: operation)  // [B, N, Cout]
        .reshape([shape[0], height, width, outChannels])
    }
  }

  /// The mean of each square of pixels: `nn.functional.avg_pool2d` for images whose channels come last.
  ///
  /// What is left at the right and at the bottom is left out. The pixels of a square are added in raster order.
  ///
  /// - Parameter size: the side of a square.
  /// - Returns: `[B, H / size, W / size, C]` for images `[B, H, W, C]`.
  public func avgPool2dChannelsLast(size: Int) -> Tensor {
    let operation = "avgPool2dChannelsLast"
    guard rank == 4 else { fail(operation, "images must be [batch, height, width, channels], not \(shape)") }
    guard size > 0, size <= shape[1], size <= shape[2] else {
      fail(operation, "squares of \(size) pixels a side are none, or larger than images of shape \(shape)")
    }
    if size == 1 { return self }
    let (height, width) = (shape[1] / size, shape[2] / size)
    return calling(operation, ("images", shape)) {
      let squares = slice(0..<height * size, dim: 1).slice(0..<width * size, dim: 2)
        .reshape([shape[0], height, size, width, size, shape[3]])
      let pixels = (0..<size * size).map { squares.select($0 / size, dim: 2).select($0 % size, dim: 3) }
      return pixels.dropFirst().reduce(pixels[0]) { $0 + $1 } / Float(size * size)
    }
  }
}
