import CPNG
import Support

extension Image {
  /// Decodes the bytes of a PNG.
  ///
  /// The stored samples become what Pillow makes of them: gAMA and color profiles change nothing, alpha is not
  /// multiplied in, and gray of 1, 2 and 4 bits is spread over 0 to 255. Of 16-bit samples the high byte is kept,
  /// except for gray without alpha: there Pillow and transformers cut off at 255, and so does this. (A 16-bit gray
  /// picture turns almost white that way, but a model sees the same here and there.)
  /// A palette becomes its colors. Gray stays gray, colors become RGB; whatever has an alpha channel or a
  /// transparent color becomes RGBA, see ``PNGColors``.
  ///
  /// - Throws: `DataError` for what is no PNG, is damaged or ends early, or has more pixels than ``pixelLimit``.
  static func readPNG(_ bytes: [UInt8]) throws(DataError) -> DecodedImage {
    guard isPNG(bytes) else { throw DataError(.malformed, reason: "this is not a PNG") }
    try checkHeader(bytes)
    // A closure's typed throws are not inferred through `withUnsafeBufferPointer`: the outcome travels as a value.
    let outcome = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(DataError) in try decode(buffer) }
    }
    let stored = try outcome.get()
    let colors = try PNGColors(bytes, colorType: stored.colorType)
    let (width, height) = (stored.width, stored.height)
    if stored.mode == .palette {
      return DecodedImage(
        image: colors.colors(ofIndices: stored.samples, width: width, height: height), mode: .palette,
        samples: Image(width: width, height: height, format: .gray, pixels: stored.samples))
    }
    let samples = stored.mode == .gray16 ? cutOff(stored.samples) : stored.samples
    let image = Image(width: width, height: height, format: stored.format, pixels: samples)
    // A tRNS beside an alpha channel means nothing.
    guard stored.format != .rgba else { return DecodedImage(image: image, mode: stored.mode) }
    return DecodedImage(
      image: colors.withTransparentColor(image, isBilevel: stored.mode == .bilevel), mode: stored.mode)
  }

  static func isPNG(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// Refuses a PNG by what its first chunk says, before libpng sets memory aside for a row.
  private static func checkHeader(_ bytes: [UInt8]) throws(DataError) {
    guard let length = bytes.number(at: 8, count: 4, bigEndian: true),
      let name = bytes.number(at: 12, count: 4, bigEndian: true)
    else { return }
    guard name == PNGChunks.Kind.header.rawValue, length == 13 else {
      throw DataError(.malformed, place: "byte 8", reason: "this is not a PNG picture: IHDR is missing")
    }
    guard let width = bytes.number(at: 16, count: 4, bigEndian: true),
      let height = bytes.number(at: 20, count: 4, bigEndian: true)
    else { return }
    guard max(width, height) <= sideLimit, width * height <= pixelLimit else {
      throw DataError(
        .tooLarge, place: "byte 16",
        reason: "\(width)×\(height) is over the limit of \(pixelLimit) pixels and \(sideLimit) a side")
    }
  }

  /// What libpng makes of a PNG: palette indices and 16-bit gray as they are, all else as 8-bit samples.
  private struct StoredPNG {
    let width, height, colorType: Int
    let mode: StoredMode
    /// Of the samples; for a palette that of one sample a pixel.
    let format: PixelFormat
    let samples: [UInt8]
  }

  private static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> StoredPNG {
    var reader = cpng_reader()
    reader.bytes = bytes.baseAddress
    reader.count = bytes.count
    defer { cpng_close(&reader) }
    guard cpng_open(&reader, UInt32(sideLimit)) == 1 else { throw reader.failure }

    let (width, height, depth) = (Int(reader.width), Int(reader.height), Int(reader.depth))
    let channels = Int(reader.channels)
    guard let format = PixelFormat(rawValue: channels), let mode = StoredMode(png: reader) else {
      throw DataError(
        .malformed, place: "byte 24", reason: "\(channels) samples a pixel of color type \(reader.color_type)")
    }
    // Deflate shrinks at most 1032 to 1: a small file that claims more is refused before memory is asked for.
    guard width * height * depth / 8 <= bytes.count * 1032 else {
      throw DataError(
        .malformed, place: "byte \(bytes.count)", reason: "the file ends early: too short for \(width)×\(height) pixels"
      )
    }
    let count = width * height * channels * Int(reader.sample_bytes)
    var succeeded = false
    let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      succeeded = cpng_read(&reader, buffer.baseAddress) == 1
      written = succeeded ? count : 0
    }
    guard succeeded else { throw reader.failure }
    return StoredPNG(
      width: width, height: height, colorType: Int(reader.color_type), mode: mode, format: format, samples: samples)
  }

  /// 16-bit samples, the high byte first, cut off at 255.
  private static func cutOff(_ samples: [UInt8]) -> [UInt8] {
    (0..<samples.count / 2).map { samples[2 * $0] == 0 ? samples[2 * $0 + 1] : 255 }
  }
}

extension cpng_reader {
  /// libpng's complaint with the place up to which it had read.
  fileprivate var failure: DataError {
    let text = withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return DataError(
      .malformed, place: "byte \(offset)",
      reason: offset == count ? "the PNG ends early or is damaged (\(text))" : "the PNG is damaged (\(text))")
  }
}

extension StoredMode {
  fileprivate init?(png reader: cpng_reader) {
    switch (Int32(reader.color_type), reader.depth) {
    case (PNG_COLOR_TYPE_GRAY, 1): self = .bilevel
    case (PNG_COLOR_TYPE_GRAY, 16): self = .gray16
    case (PNG_COLOR_TYPE_GRAY, _): self = .gray
    // Pillow has no 16-bit gray with alpha and reads it as RGBA.
    case (PNG_COLOR_TYPE_GRAY_ALPHA, 8): self = .grayAlpha
    case (PNG_COLOR_TYPE_PALETTE, _): self = .palette
    case (PNG_COLOR_TYPE_RGB, _): self = .rgb
    case (PNG_COLOR_TYPE_GRAY_ALPHA, 16), (PNG_COLOR_TYPE_RGB_ALPHA, _): self = .rgba
    default: return nil
    }
  }
}
