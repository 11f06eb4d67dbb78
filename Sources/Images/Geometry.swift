import Support

/// A rectangle of whole pixels.
public struct Rectangle: Sendable, Hashable {
  /// The left column, the top row, and the size in pixels.
  public let x, y, width, height: Int

  /// A rectangle by its upper left pixel and its size.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension Image {
  /// The whole image as a rectangle.
  public var bounds: Rectangle { Rectangle(x: 0, y: 0, width: width, height: height) }

  /// The part of the image inside a rectangle.
  ///
  /// - Precondition: the rectangle lies inside and has at least one pixel.
  public func cropped(to part: Rectangle) -> Image {
    guard part.x >= 0, part.y >= 0, part.width > 0, part.height > 0, part.width <= width, part.height <= height,
      part.x <= width - part.width, part.y <= height - part.height
    else {
      reportMisuse(
        "cropped", "\(part.width)×\(part.height) at (\(part.x), \(part.y)) is not inside of \(width)×\(height)")
    }
    var result: [UInt8] = []
    result.reserveCapacity(part.width * part.height * channels)
    for row in part.y..<part.y + part.height {
      let start = row * stride + part.x * channels
      result += pixels[start..<start + part.width * channels]
    }
    return Image(width: part.width, height: part.height, format: format, pixels: result)
  }

  /// The image with each pixel repeated as a square of `factor × factor`: pixels stay visible as squares.
  public func enlarged(by factor: Int) -> Image {
    if factor <= 0 { reportMisuse("enlarged", "an image is enlarged by 1 or more, not \(factor)") }
    let (newWidth, isTooWide) = width.multipliedReportingOverflow(by: factor)
    let (newHeight, isTooHigh) = height.multipliedReportingOverflow(by: factor)
    let (count, isTooLarge) = newWidth.multipliedReportingOverflow(by: newHeight)
    if isTooWide || isTooHigh || isTooLarge || count > Int.max / 4 {
      reportMisuse("enlarged", "\(width)×\(height) enlarged by \(factor) does not fit into memory")
    }
    return rearranged(width: newWidth, height: newHeight) { x, y in (x / factor, y / factor) }
  }

  /// Mirrored left to right.
  public func flippedHorizontally() -> Image {
    rearranged(width: width, height: height) { x, y in (width - 1 - x, y) }
  }

  /// Mirrored top to bottom.
  public func flippedVertically() -> Image {
    rearranged(width: width, height: height) { x, y in (x, height - 1 - y) }
  }

  /// Mirrored at the diagonal from the upper left, so that rows become columns.
  public func transposed() -> Image {
    rearranged(width: height, height: width) { x, y in (y, x) }
  }

  /// Turned by quarter turns; positive is clockwise.
  public func rotated(quarterTurns: Int) -> Image {
    switch ((quarterTurns % 4) + 4) % 4 {
    case 1: rearranged(width: height, height: width) { x, y in (y, height - 1 - x) }
    case 2: rearranged(width: width, height: height) { x, y in (width - 1 - x, height - 1 - y) }
    case 3: rearranged(width: height, height: width) { x, y in (width - 1 - y, x) }
    default: self
    }
  }

  /// An image whose pixel (x, y) is this one's at `source(x, y)`.
  private func rearranged(
    width newWidth: Int, height newHeight: Int, _ source: (_ x: Int, _ y: Int) -> (x: Int, y: Int)
  ) -> Image {
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
    var offset = 0
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let from = source(x, y)
        let start = from.y * stride + from.x * channels
        for channel in 0..<channels { result[offset + channel] = pixels[start + channel] }
        offset += channels
      }
    }
    return Image(width: newWidth, height: newHeight, format: format, pixels: result)
  }
}
