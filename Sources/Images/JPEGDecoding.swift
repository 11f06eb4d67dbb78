extension Image {
  /// Whether a JPEG can be read: libjpeg-turbo is installed.
  public static var readsJPEG: Bool { TurboJPEG.installed != nil }

  static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Decodes a JPEG with the slow exact transform and smooth upsampling, as Pillow does.
  static func readJPEG(
    _ bytes: [UInt8], with library: TurboJPEG? = .installed
  ) throws(ImageError) -> (image: Image, mode: StoredMode) {
    guard let library, let handle = library.start() else {
      throw ImageError(
        .unsupported,
        reason:
          "this is a JPEG, and reading one needs libjpeg-turbo: install libturbojpeg0-dev (apt) or jpeg-turbo (brew)")
    }
    defer { _ = library.end(handle) }
    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    guard library.readHeader(handle, bytes, CUnsignedLong(bytes.count), &width, &height, &sampling, &space) == 0 else {
      throw ImageError(.corrupt, reason: "the JPEG is damaged (\(library.message(handle)))")
    }
    try checkJPEGSize(width: Int(width), height: Int(height), byteCount: bytes.count)

    let (format, layout, mode): (PixelFormat, TurboJPEG.Layout, StoredMode) =
      switch TurboJPEG.ColorSpace(rawValue: space) {
      case .cmyk, .ycck: (.rgba, .cmyk, .cmyk)
      case .grey: (.grey, .grey, .grey)
      default: (.rgb, .rgb, .rgb)
      }
    let count = Int(width) * Int(height) * format.channels
    var complaint: String?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      // libjpeg goes on after damage and leaves out what it cannot read: nothing may stay unset.
      buffer.initialize(repeating: 0)
      let status = library.decompress(
        handle, bytes, CUnsignedLong(bytes.count), buffer.baseAddress, width, 0, height, layout.rawValue,
        TurboJPEG.flags)
      if status != 0 { complaint = library.message(handle) }
      written = count
    }
    // Bytes between segments harm no pixel; all else that libjpeg warns of does.
    if let complaint, !complaint.contains("extraneous bytes before marker") {
      throw ImageError(.corrupt, reason: "the JPEG ends early or is damaged (\(complaint))")
    }
    let stored = Image(width: Int(width), height: Int(height), format: format, pixels: pixels)
    return (mode == .cmyk ? stored.colorsOfInks() : stored, mode)
  }

  /// Refuses a JPEG by the size in its header, before memory is asked for.
  private static func checkJPEGSize(width: Int, height: Int, byteCount: Int) throws(ImageError) {
    guard width > 0, height > 0 else { throw ImageError(.corrupt, reason: "the JPEG has no pixels") }
    guard width * height <= pixelLimit else {
      throw ImageError(.tooLarge, reason: "\(width)×\(height) is over the limit of \(pixelLimit) pixels")
    }
    // Each block of 8×8 pixels takes at least one bit.
    guard width * height / 64 <= byteCount * 8 else {
      throw ImageError(
        .corrupt, place: "byte \(byteCount)", reason: "the JPEG ends early: too short for \(width)×\(height) pixels")
    }
  }

  /// The colours of the four inks of print, by Pillow's rule. JPEGs store inks inverted, as Adobe does.
  private func colorsOfInks() -> Image {
    var result = [UInt8](repeating: 0, count: width * height * 3)
    for pixel in 0..<width * height {
      let light = Int(pixels[4 * pixel + 3])
      for channel in 0..<3 {
        let product = (255 - Int(pixels[4 * pixel + channel])) * light + 128
        let absorbed = ((product >> 8) + product) >> 8
        result[3 * pixel + channel] = UInt8(truncatingIfNeeded: max(light - absorbed, 0))
      }
    }
    return Image(width: width, height: height, format: .rgb, pixels: result)
  }
}
