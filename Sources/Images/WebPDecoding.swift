import Support

extension Image {
  /// Whether a WebP can be read: libwebp is installed.
  public static var readsWebP: Bool { WebPLibrary.installed != nil }

  static func isWebP(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
  }

  /// Decodes a WebP, lossy or lossless; of an animation the first picture, on its canvas, as Pillow does.
  ///
  /// What has an alpha channel becomes RGBA, all else RGB. Color profiles change nothing.
  ///
  /// - Throws: `DataError` for what is damaged or ends early, has more pixels than ``pixelLimit``, or where libwebp is
  ///   not installed.
  static func readWebP(
    _ bytes: [UInt8], with library: WebPLibrary? = .installed
  ) throws(DataError) -> DecodedImage {
    guard let library else {
      throw DataError(
        .unsupported,
        reason: "this is a WebP, and reading one needs libwebp: install libwebp-dev (apt) or webp (brew)")
    }
    let file = try WebPFile(bytes)
    guard let size = library.size(of: file.picture) else {
      throw DataError(.malformed, place: "byte \(file.picture.startIndex)", reason: "the WebP is damaged")
    }
    let canvas = file.canvas ?? (size.width, size.height)
    // A picture beside its canvas fails when it is decoded; here it must not ask for memory.
    for (width, height) in [canvas, (size.width, size.height)] where width * height > pixelLimit {
      throw DataError(.tooLarge, reason: "\(width)×\(height) is over the limit of \(pixelLimit) pixels")
    }
    guard file.x + size.width <= canvas.width, file.y + size.height <= canvas.height else {
      throw DataError(
        .malformed, place: "byte \(file.picture.startIndex)", reason: "the WebP's first picture lies outside of it")
    }
    let format: PixelFormat = file.animationHasAlpha ?? size.hasAlpha ? .rgba : .rgb
    guard
      let picture = library.decode(
        file.picture, width: size.width, height: size.height, format: file.hidesAlpha ? .rgb : format)?
        .converted(to: format)
    else {
      throw DataError(
        .malformed, place: "byte \(file.picture.startIndex)", reason: "the WebP's pixels are damaged or end early")
    }
    let mode: StoredMode = format == .rgba ? .rgba : .rgb
    guard (size.width, size.height) != canvas else { return DecodedImage(image: picture, mode: mode) }
    var image = Image(
      width: canvas.width, height: canvas.height, format: format,
      pixels: [UInt8](repeating: 0, count: canvas.width * canvas.height * format.channels))
    image.paste(picture, x: file.x, y: file.y)
    return DecodedImage(image: image, mode: mode)
  }
}

/// What is in a WebP file, found by the lengths of its chunks alone.
struct WebPFile {
  /// What libwebp is to decode: the whole file, or an animation's first picture.
  private(set) var picture: ArraySlice<UInt8>
  /// The size of an animation, or nil for a still picture.
  private(set) var canvas: (width: Int, height: Int)?
  /// Whether an animation says that it has an alpha channel; nil for a still picture.
  private(set) var animationHasAlpha: Bool?
  /// Whether a still picture has an alpha channel that its header does not tell of: Pillow takes it for opaque.
  private(set) var hidesAlpha = false
  /// Where the first picture of an animation lies.
  private(set) var x = 0
  private(set) var y = 0
  /// What a camera said about the picture.
  private(set) var exif, xmp: ArraySlice<UInt8>?

  /// - Throws: `DataError` where the file is shorter than it says, or its chunks are not those of a WebP.
  init(_ bytes: [UInt8]) throws(DataError) {
    func damaged(_ offset: Int, _ what: String) -> DataError {
      DataError(.malformed, place: "byte \(offset)", reason: "the WebP \(what)")
    }
    func number(_ offset: Int, _ count: Int) throws(DataError) -> Int {
      guard let number = bytes.number(at: offset, count: count, bigEndian: false) else {
        throw damaged(bytes.count, "ends early")
      }
      return number
    }
    // What follows the length that the file states is not part of it.
    let end = 8 + (try number(4, 4))
    guard end <= bytes.count else { throw damaged(bytes.count, "ends early: it should have \(end) bytes") }
    picture = bytes[0..<end]
    guard Self.name(bytes, 12) == "VP8X" else {
      guard ["VP8 ", "VP8L"].contains(Self.name(bytes, 12)) else { throw damaged(12, "is damaged: no picture begins") }
      guard 20 + (try number(16, 4)) <= end else { throw damaged(12, "is damaged or ends early") }
      return
    }
    let flags = try number(20, 1)
    if flags & Self.animationFlag != 0 {
      canvas = (1 + (try number(24, 3)), 1 + (try number(27, 3)))
      animationHasAlpha = flags & Self.alphaFlag != 0
    }
    var first: ArraySlice<UInt8>?
    var offset = 12
    while offset + 8 <= end {
      let count = try number(offset + 4, 4)
      guard count <= end - offset - 8 else { throw damaged(offset, "is damaged or ends early") }
      let data = bytes[offset + 8..<offset + 8 + count]
      switch Self.name(bytes, offset) {
      case "ANMF" where canvas != nil && first == nil:
        guard count > 16 else { throw damaged(offset, "is damaged: a picture of the animation is missing") }
        (x, y) = (2 * (try number(offset + 8, 3)), 2 * (try number(offset + 11, 3)))
        first = data.dropFirst(16)
      case "ALPH" where canvas == nil && flags & Self.alphaFlag == 0: hidesAlpha = true
      case "VP8 " where canvas == nil, "VP8L" where canvas == nil: first = first ?? data
      case "EXIF" where flags & Self.exifFlag != 0: exif = exif ?? data
      case "XMP " where flags & Self.xmpFlag != 0: xmp = xmp ?? data
      default: break
      }
      offset += 8 + count + count & 1
    }
    guard let first else { throw damaged(end, "has no picture") }
    if canvas != nil { picture = first }
  }

  private static let (animationFlag, xmpFlag, exifFlag, alphaFlag) = (0x02, 0x04, 0x08, 0x10)

  private static func name(_ bytes: [UInt8], _ offset: Int) -> String {
    String(decoding: bytes.dropFirst(offset).prefix(4), as: UTF8.self)
  }
}
