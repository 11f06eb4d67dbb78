import Support

extension Image {
  /// Copies another image over this one with its upper left pixel at (x, y); what lies outside is cut off.
  ///
  /// Samples are replaced, not blended, after conversion to this image's format; ``draw(_:x:y:opacity:)`` blends.
  public mutating func paste(_ other: Image, x: Int, y: Int) {
    // Beyond the right and the bottom nothing is seen, and sums could overflow.
    guard x < width, y < height else { return }
    let source = other.converted(to: format)
    let left = max(x, 0)
    let right = min(x + source.width, width)
    guard left < right else { return }
    for row in max(y, 0)..<max(min(y + source.height, height), max(y, 0)) {
      let from = (row - y) * source.stride + (left - x) * channels
      let to = row * stride + left * channels
      let count = (right - left) * channels
      pixels.replaceSubrange(to..<to + count, with: source.pixels[from..<from + count])
    }
  }

  /// Draws another image over this one with its upper left pixel at (x, y), mixed by its own alpha times `opacity`.
  ///
  /// - Parameter opacity: 0 shows nothing of the other image, 255 all.
  public mutating func draw(_ other: Image, x: Int, y: Int, opacity: UInt8 = 255) {
    guard x < width, y < height else { return }
    for row in max(y, 0)..<max(min(y + other.height, height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + other.width, width), max(x, 0)) {
        let color = other[column - x, row - y]
        let alpha = (Int(color.alpha) * Int(opacity) + 127) / 255
        blendPixel(column, row, color.withAlpha(UInt8(truncatingIfNeeded: alpha)))
      }
    }
  }

  /// The image cut into tiles of one size, row by row from the upper left; a rest at the right and the bottom that
  /// fills no tile is left out.
  public func tiles(width tileWidth: Int, height tileHeight: Int) -> [Image] {
    if tileWidth <= 0 || tileHeight <= 0 {
      reportMisuse("tiles", "a tile has at least one pixel, not \(tileWidth)×\(tileHeight)")
    }
    return (0..<height / tileHeight).flatMap { row in
      (0..<width / tileWidth).map { column in
        cropped(
          to: Rectangle(x: column * tileWidth, y: row * tileHeight, width: tileWidth, height: tileHeight))
      }
    }
  }

  /// Images side by side in rows, each in the upper left of a cell as large as the largest, with gaps between.
  ///
  /// - Parameters:
  ///   - columns: images in a row; the last row may be shorter.
  ///   - gap: pixels between cells and around them.
  ///   - labels: a line of text under each image; none if empty.
  /// - Precondition: there is at least one image, and as many labels as images if any.
  /// - Returns: gray if all images are gray and the background is, RGBA if any has alpha, else RGB.
  public static func grid(
    _ images: [Image], columns: Int, gap: Int = 2, background: Color = .white, labels: [String] = [],
    labelColor: Color = .black
  ) -> Image {
    if images.isEmpty || columns <= 0 || gap < 0 {
      reportMisuse(
        "grid",
        "a grid has at least one image and one column and no negative gap, not \(images.count) images, "
          + "\(columns) columns and a gap of \(gap)")
    }
    if !labels.isEmpty && labels.count != images.count {
      reportMisuse("grid", "\(labels.count) labels for \(images.count) images")
    }
    let grayGround = background.red == background.green && background.green == background.blue
    let isGray = grayGround && images.allSatisfy { $0.format == .gray }
    let format: PixelFormat = isGray ? .gray : images.contains { $0.format == .rgba } ? .rgba : .rgb

    let labelHeight = labels.isEmpty ? 0 : BitmapFont.lineHeight + 2
    let cellWidth = (images.map(\.width) + labels.map { BitmapFont.width(of: $0) }).reduce(1, max)
    let cellHeight = images.map(\.height).reduce(1, max) + labelHeight
    let usedColumns = min(columns, images.count)
    let rows = (images.count + columns - 1) / columns
    var result = Image(
      width: usedColumns * (cellWidth + gap) + gap, height: rows * (cellHeight + gap) + gap, format: format,
      color: background)
    for (index, image) in images.enumerated() {
      let x = gap + index % columns * (cellWidth + gap)
      let y = gap + index / columns * (cellHeight + gap)
      result.paste(image, x: x, y: y)
      if !labels.isEmpty {
        result.drawText(labels[index], x: x, y: y + cellHeight - labelHeight + 2, color: labelColor)
      }
    }
    return result
  }

  /// Mixes a color into a pixel that lies inside, by the color's alpha ("source over").
  mutating func blendPixel(_ x: Int, _ y: Int, _ color: Color) {
    if color.alpha == 255 {
      self[x, y] = color
      return
    }
    let alpha = Int(color.alpha)
    let below = self[x, y]
    if below.alpha == 255 {
      self[x, y] = Color(
        red: Self.blend(below.red, color.red, alpha), green: Self.blend(below.green, color.green, alpha),
        blue: Self.blend(below.blue, color.blue, alpha))
      return
    }
    // What shows of the pixel below is its alpha times what the color lets through.
    let rest = Int(below.alpha) * (255 - alpha)
    let total = alpha * 255 + rest
    guard total > 0 else { return }
    func mix(_ lower: UInt8, _ upper: UInt8) -> UInt8 {
      UInt8(truncatingIfNeeded: (Int(lower) * rest + Int(upper) * alpha * 255 + total / 2) / total)
    }
    self[x, y] = Color(
      red: mix(below.red, color.red), green: mix(below.green, color.green), blue: mix(below.blue, color.blue),
      alpha: UInt8(truncatingIfNeeded: (total + 127) / 255))
  }
}
