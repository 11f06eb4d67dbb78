/// An image read from a PNG or JPEG file, together with what the file said about it.
public struct ImageFile: Sendable, Equatable {
  /// The file's path, or nil for bytes in memory.
  public let path: String?
  /// The pixels as stored, as 8-bit samples.
  public let image: Image
  /// How the file stored them.
  public let mode: StoredMode
  /// How the camera was held: EXIF's orientation, 1 (upright) to 8.
  public let orientation: Int

  /// The image as it is meant to be seen, turned and mirrored as Pillow's `exif_transpose` does.
  ///
  /// The pictures of transformers' `load_image` are `upright.converted(to: .rgb)`.
  public var upright: Image { image.turnedUpright(from: orientation) }

  /// Reads a PNG or JPEG.
  ///
  /// - Throws: ``ImageError`` naming the file, the place in it and the reason.
  public init(contentsOf path: String) throws(ImageError) {
    let bytes = try Files.read(path)
    do {
      try self.init(bytes, path: path)
    } catch {
      throw error.naming(path)
    }
  }

  /// Decodes the bytes of a PNG or JPEG.
  ///
  /// - Throws: ``ImageError`` with the place and the reason.
  public init(_ bytes: [UInt8]) throws(ImageError) {
    try self.init(bytes, path: nil)
  }

  private init(_ bytes: [UInt8], path: String?) throws(ImageError) {
    self.path = path
    if Image.isPNG(bytes) {
      (image, mode) = try Image.readPNG(bytes)
      orientation = Orientation.ofPNG(bytes)
    } else if Image.isJPEG(bytes) {
      (image, mode) = try Image.readJPEG(bytes)
      orientation = Orientation.ofJPEG(bytes)
    } else {
      throw ImageError(.notAnImage, reason: Self.whatElse(bytes))
    }
  }

  /// One sentence on what the bytes are, if not an image that can be read.
  private static func whatElse(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "the file is empty" }
    let others: [(start: [UInt8], name: String)] = [
      (Array("GIF8".utf8), "a GIF"), (Array("BM".utf8), "a BMP"), ([0x49, 0x49, 0x2A, 0], "a TIFF"),
      ([0x4D, 0x4D, 0, 0x2A], "a TIFF"),
    ]
    let isWebP = bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
    let name = isWebP ? "a WebP" : others.first { bytes.starts(with: $0.start) }?.name
    return name.map { "this is \($0), and only PNG and JPEG can be read" } ?? "this is not a PNG or JPEG"
  }
}

extension Image {
  /// The image in a PNG or JPEG file, upright: grey, RGB or RGBA as it is stored, a palette as its colours.
  ///
  /// - Throws: ``ImageError`` naming the file, the place in it and the reason.
  public init(contentsOf path: String) throws(ImageError) {
    self = try ImageFile(contentsOf: path).upright
  }
}
