/// Which samples a pixel has; each is one byte.
public enum PixelFormat: Int, Sendable, CaseIterable, CustomStringConvertible {
  /// Luminance, one byte (Pillow's mode `L`).
  case gray = 1
  /// Red, green, blue (Pillow's mode `RGB`).
  case rgb = 3
  /// Red, green, blue and opacity, not premultiplied (Pillow's mode `RGBA`).
  case rgba = 4

  /// Samples of a pixel: 1, 3 or 4.
  @inlinable
  public var channels: Int { rawValue }

  /// `gray`, `RGB` or `RGBA`.
  public var description: String {
    switch self {
    case .gray: "gray"
    case .rgb: "RGB"
    case .rgba: "RGBA"
    }
  }
}
