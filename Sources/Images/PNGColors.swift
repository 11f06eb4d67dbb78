import Support

/// A PNG's palette and its transparent color, applied as Pillow applies them.
///
/// libpng could do both, but by other rules. The PNG specification compares the stored samples with the transparent
/// color. Pillow compares the samples that have become 8 bits, with the low byte of what tRNS says: in gray of 1 bit
/// that is the same, in gray of 2 and 4 bits and in colors of 16 bits it seldom is. A tRNS of a palette may have more
/// entries than the palette for Pillow, and stand anywhere in the file; an index beyond the palette is black.
struct PNGColors {
  /// Red, green and blue of 256 colors; black where the file names none.
  private var palette = [UInt8](repeating: 0, count: 3 * 256)
  /// What tRNS holds, or nil without one.
  private var transparency: [UInt8]?

  /// - Throws: `DataError` for a tRNS that is too short for its color type.
  init(_ bytes: [UInt8], colorType: Int) throws(DataError) {
    for (kind, data) in PNGChunks(bytes) {
      if kind == .palette {
        palette.replaceSubrange(0..<min(data.count, palette.count), with: data.prefix(palette.count))
      } else if kind == .transparency {
        transparency = Array(data)
      }
    }
    let needed = [0: 2, 2: 6][colorType] ?? 0
    if let transparency, transparency.count < needed {
      throw DataError(
        .malformed, place: "tRNS", reason: "the PNG is damaged (\(transparency.count) bytes where \(needed) belong)")
    }
  }

  /// Colors of indices, one byte each: RGB, or RGBA where there is a tRNS.
  func colors(ofIndices indices: [UInt8], width: Int, height: Int) -> Image {
    let alphas = transparency.map { Array($0.prefix(256)) + [UInt8](repeating: 255, count: 256 - min($0.count, 256)) }
    let channels = alphas == nil ? 3 : 4
    var result = [UInt8](repeating: 0, count: indices.count * channels)
    for (pixel, index) in indices.enumerated() {
      let color = 3 * Int(index)
      for channel in 0..<3 { result[channels * pixel + channel] = palette[color + channel] }
      if let alphas { result[4 * pixel + 3] = alphas[Int(index)] }
    }
    return Image(width: width, height: height, format: alphas == nil ? .rgb : .rgba, pixels: result)
  }

  /// A gray or RGB image, or RGBA where tRNS makes one color transparent.
  ///
  /// - Parameter isBilevel: gray of one bit, of which tRNS tells black or white.
  func withTransparentColor(_ image: Image, isBilevel: Bool) -> Image {
    guard let transparency else { return image }
    let key: [UInt8] =
      switch image.format {
      case .gray where isBilevel: [transparency[0] == 0 && transparency[1] == 0 ? 0 : 255]
      case .gray: [transparency[1]]
      default: [transparency[1], transparency[3], transparency[5]]
      }
    let channels = image.channels
    var result = image.converted(to: .rgba)
    for pixel in 0..<image.width * image.height {
      var matches = true
      for channel in 0..<channels where image.pixels[channels * pixel + channel] != key[channel] { matches = false }
      if matches { result.pixels[4 * pixel + 3] = 0 }
    }
    return result
  }
}
