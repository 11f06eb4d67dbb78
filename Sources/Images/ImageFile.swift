import Support

/// An image read from a PNG, JPEG or WebP file, together with what the file said about it.
public struct ImageFile: Sendable, Equatable {
  /// The file's path, or nil for bytes in memory.
  public let path: String?
  /// The pixels as stored, as 8-bit samples: what Pillow converts them to. Of 16-bit samples the high byte is kept, but
  /// gray of 16 bits without alpha is cut off at 255, so that almost all of such a picture is white; Pillow and
  /// transformers do the same.
  public let image: Image
  /// How the file stored them.
  public let mode: StoredMode
  /// How the camera was held: EXIF's orientation, 1 (upright) to 8.
  public let orientation: Int
  /// What the file stores where that is not colors, see ``DecodedImage``.
  private let samples: Image?

  /// The image as it is meant to be seen, turned and mirrored as Pillow's `exif_transpose` does.
  ///
  /// The pictures of transformers' `load_image` are `upright.converted(to: .rgb)`.
  public var upright: Image { image.turnedUpright(from: orientation) }

  /// Reads a PNG, JPEG or WebP.
  ///
  /// - Throws: `DataError` naming the file, the place in it and the reason.
  public init(contentsOf path: String) throws(DataError) {
    let bytes = try FileSystem.read(path, limit: 1 << 30)
    do {
      try self.init(bytes, path: path)
    } catch {
      throw error.naming(path)
    }
  }

  /// Decodes the bytes of a PNG, JPEG or WebP.
  ///
  /// - Throws: `DataError` with the place and the reason.
  public init(_ bytes: [UInt8]) throws(DataError) {
    try self.init(bytes, path: nil)
  }

  private init(_ bytes: [UInt8], path: String?) throws(DataError) {
    self.path = path
    let decoded: DecodedImage
    if Image.isPNG(bytes) {
      decoded = try Image.readPNG(bytes)
      orientation = Orientation.ofPNG(bytes)
    } else if Image.isJPEG(bytes) {
      decoded = try Image.readJPEG(bytes)
      orientation = Orientation.ofJPEG(bytes)
    } else if Image.isWebP(bytes) {
      decoded = try Image.readWebP(bytes)
      orientation = Orientation.ofWebP(bytes)
    } else {
      throw DataError(.malformed, reason: Self.whatElse(bytes))
    }
    (image, mode, samples) = (decoded.image, decoded.mode, decoded.samples)
  }

  /// The samples that the file stores, upright, a gray image for each channel: what a processor works on that does not
  /// convert to RGB. Nil where they are not bytes.
  package var uprightChannels: [Image]? {
    func channels(_ image: Image, _ indices: [Int]) -> [Image] {
      let upright = image.turnedUpright(from: orientation)
      return indices.map { upright.channel($0) }
    }
    return switch mode {
    case .bilevel, .gray16: nil
    case .gray: channels(image, [0])
    case .grayAlpha: channels(image, [0, 3])
    case .palette: channels(samples ?? image, [0])
    case .rgb: channels(image, [0, 1, 2])
    case .rgba: channels(image, [0, 1, 2, 3])
    case .cmyk: channels(samples ?? image, [0, 1, 2, 3])
    }
  }

  /// One sentence on what the bytes are, if not an image that can be read.
  private static func whatElse(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "the file is empty" }
    let others: [(start: [UInt8], name: String)] = [
      (Array("GIF8".utf8), "a GIF"), (Array("BM".utf8), "a BMP"), ([0x49, 0x49, 0x2A, 0], "a TIFF"),
      ([0x4D, 0x4D, 0, 0x2A], "a TIFF"),
    ]
    let name = others.first { bytes.starts(with: $0.start) }?.name
    return name.map { "this is \($0), and only PNG, JPEG and WebP can be read" } ?? "this is not a PNG, JPEG or WebP"
  }
}

extension Image {
  /// The image in a PNG, JPEG or WebP file, upright: gray, RGB or RGBA as it is stored, a palette as its colors.
  ///
  /// - Throws: `DataError` naming the file, the place in it and the reason.
  public init(contentsOf path: String) throws(DataError) {
    self = try ImageFile(contentsOf: path).upright
  }
}
