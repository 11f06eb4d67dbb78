// Two-dimensional convolution as a matrix product over unfolded patches.

import Support

extension Tensor {
  /// Cross-correlation of images with filters: `nn.functional.conv2d`.
  ///
  /// - Parameters:
  ///   - weight: filters `[Cout, Cin, KH, KW]`.
  ///   - bias: `[Cout]`.
  ///   - stride: how far a filter moves, vertically and horizontally.
  ///   - padding: zeros around the image, above and below, left and right.
  /// - Returns: `[B, Cout, H', W']` for images `[B, Cin, H, W]`.
  public func conv2d(
    weight: Tensor, bias: Tensor? = nil, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0)
  ) -> Tensor {
    guard rank == 4, weight.rank == 4, shape[1] == weight.shape[1] else {
      fail(
        "conv2d",
        "images of shape \(shape) ([batch, channels, height, width]) and filters of shape \(weight.shape) "
          + "([out, channels, height, width]) do not fit")
    }
    let (outChannels, kernel) = (weight.shape[0], (weight.shape[2], weight.shape[3]))
    if let bias, bias.shape != [outChannels] {
      fail("conv2d", "a bias of shape \(bias.shape) does not fit \(outChannels) filters")
    }
    return calling("conv2d", ("images", shape), ("filters", weight.shape)) {
      let patches = unfold(kernel: kernel, stride: stride, padding: padding)  // [B, N, Cin·KH·KW]
      let height = (shape[2] + 2 * padding.0 - kernel.0) / stride.0 + 1
      let width = (shape[3] + 2 * padding.1 - kernel.1) / stride.1 + 1
      return patches.linear(weight: weight.reshape([outChannels, -1]), bias: bias, as: "conv2d")  // [B, N, Cout]
        .transpose(1, 2)
        .reshape([shape[0], outChannels, height, width])
    }
  }

  /// Every patch that a filter sees, as one row: `nn.functional.unfold`, transposed.
  ///
  /// - Returns: `[B, N, C·KH·KW]` for images `[B, C, H, W]`: N patches in raster order, each with its channels, rows
  ///   and columns in this order.
  public func unfold(kernel: (Int, Int), stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0)) -> Tensor {
    guard rank == 4 else { fail("unfold", "images must be [batch, channels, height, width], not \(shape)") }
    guard kernel.0 > 0, kernel.1 > 0, stride.0 > 0, stride.1 > 0, padding.0 >= 0, padding.1 >= 0 else {
      fail(
        "unfold",
        "kernel \(kernel) and stride \(stride) must be positive, padding \(padding) not negative, for images \(shape)")
    }
    let most = Int.max >> 4
    guard [padding.0, padding.1, kernel.0, kernel.1, shape[2], shape[3]].allSatisfy({ $0 < most }) else {
      fail("unfold", "images \(shape) with padding \(padding) and a kernel of \(kernel) are larger than any memory")
    }
    guard shape[2] + 2 * padding.0 >= kernel.0, shape[3] + 2 * padding.1 >= kernel.1 else {
      fail("unfold", "a kernel of \(kernel) is larger than images of shape \(shape) with padding \(padding)")
    }
    _ = Shape.count([shape[1], kernel.0, kernel.1], "unfold")
    let geometry = PatchGeometry(image: shape, kernel: kernel, stride: stride, padding: padding)
    let patches = Shape.count([geometry.rows, geometry.columns], "unfold")
    let image = packed()
    let result = Tensor(shape: [shape[0], patches, geometry.patchSize]) { out in
      image.read { image in
        parallelFor(shape[0] * geometry.rows, grain: grainSize(total: pointwiseGrain, perItem: geometry.rowSize)) {
          rows in
          geometry.forEachRun(rows) { pixel, at, count in
            (out + at).update(from: image + pixel, count: count)
          } gap: {
            (out + $0).update(repeating: 0, count: $1)
          }
        }
      }
    }
    let (imageShape, pixels) = (shape, count)
    return result.recording(self) { g in
      let g = g.packed()
      return [
        Tensor(shape: imageShape) { out in
          out.update(repeating: 0, count: pixels)
          g.read { g in
            // Patches may overlap, so each image's sums are made by one thread, in raster order.
            parallelFor(imageShape[0], grain: grainSize(total: pointwiseGrain, perItem: geometry.imageSize)) { images in
              geometry.forEachRun(images.lowerBound * geometry.rows..<images.upperBound * geometry.rows) {
                pixel, at, count in
                for i in 0..<count { out[pixel &+ i] += g[at &+ i] }
              } gap: { _, _ in
              }
            }
          }
        }
      ]
    }
  }
}

/// Where the pixels of every patch lie.
private struct PatchGeometry {
  let channels: Int
  let height: Int
  let width: Int
  let kernel: (Int, Int)
  let stride: (Int, Int)
  let padding: (Int, Int)
  /// Patches from top to bottom, and from left to right.
  let rows: Int
  let columns: Int

  init(image: [Int], kernel: (Int, Int), stride: (Int, Int), padding: (Int, Int)) {
    (channels, height, width) = (image[1], image[2], image[3])
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    rows = (height + 2 * padding.0 - kernel.0) / stride.0 + 1
    columns = (width + 2 * padding.1 - kernel.1) / stride.1 + 1
  }

  var patchSize: Int { channels * kernel.0 * kernel.1 }
  var rowSize: Int { columns * patchSize }
  var imageSize: Int { rows * rowSize }

  /// For each row of each patch: where its pixels begin in the images, where in the unfolded rows, and how many they
  /// are; parts that hang over the edge are given to `gap`.
  ///
  /// - Parameter range: rows of patches, over all images.
  @inline(__always)
  func forEachRun(
    _ range: Range<Int>, _ run: (_ pixel: Int, _ at: Int, _ count: Int) -> Void, gap: (_ at: Int, _ count: Int) -> Void
  ) {
    for patchRow in range {
      let (image, row) = (patchRow / rows, patchRow % rows)
      var at = patchRow * rowSize
      for column in 0..<columns {
        let left = column * stride.1 - padding.1
        let isOutside = left >= width || left + kernel.1 <= 0
        let from = max(left, 0)
        let to = max(from, min(left + kernel.1, width))
        for channel in 0..<channels {
          for line in 0..<kernel.0 {
            let y = row * stride.0 - padding.0 + line
            if y < 0 || y >= height || isOutside {
              gap(at, kernel.1)
            } else {
              if from > left { gap(at, from - left) }
              run(((image * channels + channel) * height + y) * width + from, at + from - left, to - from)
              if to < left + kernel.1 { gap(at + to - left, left + kernel.1 - to) }
            }
            at += kernel.1
          }
        }
      }
    }
  }
}
