import Support

extension Image {
  /// Whether a JPEG can be read: libjpeg-turbo is installed.
  public static var readsJPEG: Bool { TurboJPEG.installed != nil }

  static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Decodes a JPEG with the slow exact transform and smooth upsampling, as Pillow does.
  static func readJPEG(
    _ bytes: [UInt8], with library: TurboJPEG? = .installed
  ) throws(DataError) -> DecodedImage {
    guard let library, let handle = library.start() else {
      throw DataError(
        .unsupported,
        reason:
          "this is a JPEG, and reading one needs libjpeg-turbo: install libturbojpeg0-dev (apt) or jpeg-turbo (brew)")
    }
    defer { _ = library.end(handle) }
    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (-1, -1, -1, -1)
    _ = library.readHeader(handle, bytes, CUnsignedLong(bytes.count), &width, &height, &sampling, &space)
    // The call fails for samplings without a name and for mere warnings, too. What counts is whether it found the size
    // and the colors: it stores them last.
    guard width >= 0, height >= 0, let space = TurboJPEG.ColorSpace(rawValue: space) else {
      throw DataError(.malformed, reason: "the JPEG is damaged (\(library.message(handle)))")
    }
    try checkJPEGSize(width: Int(width), height: Int(height), byteCount: bytes.count)

    let (format, layout, mode): (PixelFormat, TurboJPEG.Layout, StoredMode) =
      switch space {
      case .cmyk, .ycck: (.rgba, .cmyk, .cmyk)
      case .gray: (.gray, .gray, .gray)
      case .rgb, .yCbCr: (.rgb, .rgb, .rgb)
      }
    let count = Int(width) * Int(height) * format.channels
    var complaint: String?
    var isLost = false
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      // libjpeg goes on after damage and leaves out what it cannot read: nothing may stay unset.
      buffer.initialize(repeating: 0)
      let status = library.decompress(
        handle, bytes, CUnsignedLong(bytes.count), buffer.baseAddress, width, 0, height, layout.rawValue,
        TurboJPEG.flags)
      if status != 0 { (complaint, isLost) = (library.message(handle), library.errorCode(handle) != TurboJPEG.warning) }
      written = count
    }
    // Cameras write much that libjpeg warns of and Pillow reads without a word. A file that was cut off is no such thing.
    // libjpeg tells its first warning only, so the end is looked for here.
    if let complaint, isLost || !JPEGSegments.haveEnd(bytes) {
      throw DataError(.malformed, reason: "the JPEG ends early or is damaged (\(complaint))")
    }
    let stored = Image(width: Int(width), height: Int(height), format: format, pixels: pixels)
    guard mode == .cmyk else { return DecodedImage(image: stored, mode: mode) }
    // JPEGs store inks inverted, as Adobe does.
    let inks = Image(width: stored.width, height: stored.height, format: .rgba, pixels: stored.pixels.map { 255 - $0 })
    return DecodedImage(image: inks.colorsOfInks(), mode: mode, samples: inks)
  }

  /// Refuses a JPEG by the size in its header, before memory is asked for.
  private static func checkJPEGSize(width: Int, height: Int, byteCount: Int) throws(DataError) {
    guard width > 0, height > 0 else { throw DataError(.malformed, reason: "the JPEG has no pixels") }
    guard width * height <= pixelLimit else {
      throw DataError(.tooLarge, reason: "\(width)×\(height) is over the limit of \(pixelLimit) pixels")
    }
    // Each block of 8×8 pixels takes at least one bit.
    guard width * height / 64 <= byteCount * 8 else {
      throw DataError(
        .malformed, place: "byte \(byteCount)", reason: "the JPEG ends early: too short for \(width)×\(height) pixels")
    }
  }

  /// The colors of the four inks of print, cyan, magenta, yellow and black, by Pillow's rule.
  private func colorsOfInks() -> Image {
    var result = [UInt8](repeating: 0, count: width * height * 3)
    for pixel in 0..<width * height {
      let light = 255 - Int(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        let product = Int(pixels[4 * pixel + channel]) * light + 128
        let absorbed = ((product >> 8) + product) >> 8
        result[3 * pixel + channel] = UInt8(truncatingIfNeeded: max(light - absorbed, 0))
      }
    }
    return Image(width: width, height: height, format: .rgb, pixels: result)
  }
}
