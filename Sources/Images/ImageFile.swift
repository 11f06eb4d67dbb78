/// An image read from a file, together with what the file said about it.
public struct ImageFile: Sendable, Equatable {
  /// The file's path, or nil for bytes in memory.
  public let path: String?
  /// The pixels as stored, as 8-bit samples.
  public let image: Image
  /// How the file stored them.
  public let mode: StoredMode

  /// Reads a PNG.
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

  /// Decodes the bytes of a PNG.
  ///
  /// - Throws: ``ImageError`` with the place and the reason.
  public init(_ bytes: [UInt8]) throws(ImageError) {
    try self.init(bytes, path: nil)
  }

  private init(_ bytes: [UInt8], path: String?) throws(ImageError) {
    guard !bytes.isEmpty else { throw ImageError(.notAnImage, reason: "the file is empty") }
    guard Image.isPNG(bytes) else { throw ImageError(.notAnImage, reason: "this is not a PNG") }
    let decoded = try Image.readPNG(bytes)
    self.path = path
    image = decoded.image
    mode = decoded.mode
  }
}

extension Image {
  /// The image in a file, in the format that ``decodePNG(_:)`` gives it.
  ///
  /// - Throws: ``ImageError`` naming the file, the place in it and the reason.
  public init(contentsOf path: String) throws(ImageError) {
    self = try ImageFile(contentsOf: path).image
  }
}
