/// A color of 8-bit samples, with opacity.
public struct Color: Sendable, Hashable {
  /// The samples, 0 to 255; `alpha` 255 is opaque.
  public let red, green, blue, alpha: UInt8

  /// A color from its samples.
  @inlinable
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// A shade of gray, 0 black to 255 white.
  @inlinable
  public init(gray: UInt8) {
    self.init(red: gray, green: gray, blue: gray)
  }

  /// An opaque color as in HTML, for example `Color(hex: 0xFF8800)`.
  @inlinable
  public init(hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex))
  }

  /// The same color with another opacity.
  public func withAlpha(_ alpha: UInt8) -> Color {
    Color(red: red, green: green, blue: blue, alpha: alpha)
  }

  /// Luminance by ITU-R 601-2 in Pillow's 16-bit fixed point, so that gray pictures have Pillow's bytes.
  @inlinable
  public var luminance: UInt8 {
    let sum = 19595 * UInt32(red) + 38470 * UInt32(green) + 7471 * UInt32(blue) + 0x8000
    return UInt8(truncatingIfNeeded: sum >> 16)
  }

  /// Opaque black.
  public static let black = Color(gray: 0)
  /// Opaque white.
  public static let white = Color(gray: 255)
  /// A middle gray.
  public static let gray = Color(gray: 128)
  /// A light gray, for gaps and frames.
  public static let lightGray = Color(gray: 220)
  /// Red, green, blue, yellow, orange and purple of one brightness family, told apart on white and on black.
  public static let red = Color(hex: 0xE6_3946)
  /// See ``red``.
  public static let green = Color(hex: 0x2A_9D4A)
  /// See ``red``.
  public static let blue = Color(hex: 0x2B_6CB0)
  /// See ``red``.
  public static let yellow = Color(hex: 0xF2_C12E)
  /// See ``red``.
  public static let orange = Color(hex: 0xF3_8B2A)
  /// See ``red``.
  public static let purple = Color(hex: 0x8E_44AD)
}
