import CPNG

extension Image {
  /// Decodes the bytes of a PNG.
  ///
  /// The stored samples are kept, as Pillow keeps them: gAMA and colour profiles change nothing, alpha is not
  /// multiplied in, grey of 1, 2 and 4 bits is spread over 0 to 255, and of 16-bit samples the high byte is kept.
  /// (Pillow does so too, but for 16-bit grey, whose `convert("RGB")` turns all from 256 up into white.)
  /// A palette becomes its colours. Grey stays grey, colours become RGB; whatever has an alpha channel or a
  /// transparent colour becomes RGBA.
  ///
  /// - Throws: ``ImageError`` for what is no PNG, is damaged or ends early, or has more pixels than ``pixelLimit``.
  static func readPNG(_ bytes: [UInt8]) throws(ImageError) -> (image: Image, mode: StoredMode) {
    guard isPNG(bytes) else { throw ImageError(.notAnImage, reason: "this is not a PNG") }
    // A closure's typed throws are not inferred through `withUnsafeBufferPointer`: the outcome travels as a value.
    let outcome = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(ImageError) in try decode(buffer) }
    }
    return try outcome.get()
  }

  static func isPNG(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// Refuses a PNG by the size in its header, before libpng sets memory aside for a row.
  private static func checkSize(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
    guard bytes.count >= 24 else { return }
    func number(at offset: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) } }
    let (width, height) = (number(at: 16), number(at: 20))
    guard max(width, height) <= sideLimit, width * height <= pixelLimit else {
      throw ImageError(
        .tooLarge, place: "byte 16",
        reason: "\(width)×\(height) is over the limit of \(pixelLimit) pixels and \(sideLimit) a side")
    }
  }

  private static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> (image: Image, mode: StoredMode)
  {
    try checkSize(bytes)
    var reader = cpng_reader()
    reader.bytes = bytes.baseAddress
    reader.count = bytes.count
    defer { cpng_close(&reader) }
    guard cpng_open(&reader, UInt32(sideLimit)) == 1 else { throw reader.failure }

    let (width, height, depth) = (Int(reader.width), Int(reader.height), Int(reader.depth))
    let channels = Int(reader.channels)
    guard let format = PixelFormat(rawValue: channels), let mode = StoredMode(png: reader) else {
      throw ImageError(
        .corrupt, place: "byte 24", reason: "\(channels) samples a pixel of colour type \(reader.color_type)")
    }
    // Deflate shrinks at most 1032 to 1: a small file that claims more is refused before memory is asked for.
    guard width * height * depth / 8 <= bytes.count * 1032 else {
      throw ImageError(
        .corrupt, place: "byte \(bytes.count)", reason: "the file ends early: too short for \(width)×\(height) pixels")
    }
    let count = width * height * channels
    var succeeded = false
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      succeeded = cpng_read(&reader, buffer.baseAddress) == 1
      written = succeeded ? count : 0
    }
    guard succeeded else { throw reader.failure }
    return (Image(width: width, height: height, format: format, pixels: pixels), mode)
  }
}

extension cpng_reader {
  /// libpng's complaint with the place up to which it had read.
  fileprivate var failure: ImageError {
    let text = withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return ImageError(
      .corrupt, place: "byte \(offset)",
      reason: offset == count ? "the PNG ends early or is damaged (\(text))" : "the PNG is damaged (\(text))")
  }
}

extension StoredMode {
  fileprivate init?(png reader: cpng_reader) {
    switch (Int32(reader.color_type), reader.depth) {
    case (PNG_COLOR_TYPE_GRAY, 1): self = .bilevel
    case (PNG_COLOR_TYPE_GRAY, 16): self = .grey16
    case (PNG_COLOR_TYPE_GRAY, _): self = .grey
    // Pillow has no 16-bit grey with alpha and reads it as RGBA.
    case (PNG_COLOR_TYPE_GRAY_ALPHA, 8): self = .greyAlpha
    case (PNG_COLOR_TYPE_PALETTE, _): self = .palette
    case (PNG_COLOR_TYPE_RGB, _): self = .rgb
    case (PNG_COLOR_TYPE_GRAY_ALPHA, 16), (PNG_COLOR_TYPE_RGB_ALPHA, _): self = .rgba
    default: return nil
    }
  }
}
