import Support

/// A picture of 8-bit samples: a value, row after row from the top, the samples of a pixel side by side.
///
/// Coordinates are `x` from the left and `y` from the top, both from 0.
public struct Image: Sendable, Equatable {
  /// The most pixels that are read from a file, 178,956,970: where Pillow, too, refuses a "decompression bomb".
  public static let pixelLimit = 178_956_970
  /// The longest side that is read from a file, as libpng's own default.
  public static let sideLimit = 1_000_000

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Which samples a pixel has.
  public let format: PixelFormat
  /// The samples, `height × width × channels` bytes.
  public internal(set) var pixels: [UInt8]

  /// Samples of a pixel: 1, 3 or 4.
  @inlinable
  public var channels: Int { format.channels }

  /// Bytes of a row.
  @inlinable
  public var stride: Int { width * format.channels }

  /// An image from its samples.
  ///
  /// - Parameter pixels: `height × width × channels` bytes, rows from the top.
  /// - Precondition: the sides are positive and `pixels` has that many bytes.
  public init(width: Int, height: Int, format: PixelFormat, pixels: [UInt8]) {
    let count = Self.byteCount(width, height, format)
    if pixels.count != count {
      reportMisuse("Image", "\(width)×\(height) \(format) needs \(count) bytes, not \(pixels.count)")
    }
    self.width = width
    self.height = height
    self.format = format
    self.pixels = pixels
  }

  /// An image of one color.
  public init(width: Int, height: Int, format: PixelFormat = .rgb, color: Color = .white) {
    var pixel = [UInt8](repeating: 0, count: format.channels)
    Self.store(color, in: &pixel, at: 0, format)
    var pixels = [UInt8](repeating: pixel[0], count: Self.byteCount(width, height, format))
    if format != .gray {
      for offset in pixels.indices { pixels[offset] = pixel[offset % format.channels] }
    }
    self.init(width: width, height: height, format: format, pixels: pixels)
  }

  /// The bytes of an image of this size, which must be one.
  private static func byteCount(_ width: Int, _ height: Int, _ format: PixelFormat) -> Int {
    let (count, isTooLarge) = width.multipliedReportingOverflow(by: height)
    if width <= 0 || height <= 0 || isTooLarge || count > Int.max / 4 {
      reportMisuse("Image", "an image has at least one pixel and fits into memory, unlike \(width)×\(height)")
    }
    return count * format.channels
  }

  /// The color of one pixel. Storing a color in a gray image stores its luminance, in an RGB image drops its alpha.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let offset = offset(x, y)
      return switch format {
      case .gray: Color(gray: pixels[offset])
      case .rgb: Color(red: pixels[offset], green: pixels[offset + 1], blue: pixels[offset + 2])
      case .rgba:
        Color(
          red: pixels[offset], green: pixels[offset + 1], blue: pixels[offset + 2], alpha: pixels[offset + 3])
      }
    }
    set {
      let offset = offset(x, y)
      Self.store(newValue, in: &pixels, at: offset, format)
    }
  }

  /// One sample of one pixel.
  public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { pixels[offset(x, y) + checked(channel)] }
    set { pixels[offset(x, y) + checked(channel)] = newValue }
  }

  private func offset(_ x: Int, _ y: Int) -> Int {
    if !contains(x, y) { reportMisuse("Image", "pixel (\(x), \(y)) is outside of \(width)×\(height)") }
    return y * stride + x * channels
  }

  private func checked(_ channel: Int) -> Int {
    if channel < 0 || channel >= channels {
      reportMisuse("Image", "channel \(channel) is not one of \(channels)")
    }
    return channel
  }

  /// Whether a pixel lies inside.
  func contains(_ x: Int, _ y: Int) -> Bool { x >= 0 && y >= 0 && x < width && y < height }

  private static func store(_ color: Color, in pixels: inout [UInt8], at offset: Int, _ format: PixelFormat) {
    switch format {
    case .gray: pixels[offset] = color.luminance
    case .rgb, .rgba:
      pixels[offset] = color.red
      pixels[offset + 1] = color.green
      pixels[offset + 2] = color.blue
      if format == .rgba { pixels[offset + 3] = color.alpha }
    }
  }
}

extension Image: CustomStringConvertible {
  /// For example `451×300 RGB`.
  public var description: String { "\(width)×\(height) \(format)" }
}
