/// How a file stores its pixels, in Pillow's terms. The raw values are Pillow's names.
///
/// Models' processors care: ViT's and ViLT's take pictures stored as RGB only.
public enum StoredMode: String, Sendable, CaseIterable {
  /// Black and white, one bit.
  case bilevel = "1"
  /// Gray of 2 to 8 bits.
  case gray = "L"
  /// Gray of 16 bits.
  case gray16 = "I;16"
  /// Gray with alpha.
  case grayAlpha = "LA"
  /// Indices into a palette.
  case palette = "P"
  /// Red, green, blue.
  case rgb = "RGB"
  /// Red, green, blue, alpha.
  case rgba = "RGBA"
  /// The four inks of print, in JPEG only.
  case cmyk = "CMYK"

  /// What the mode is called in a sentence, after "stored as".
  package var words: String {
    switch self {
    case .bilevel: "black and white of one bit"
    case .gray: "gray"
    case .gray16: "gray of 16 bits"
    case .grayAlpha: "gray with alpha"
    case .palette: "indices into a palette"
    case .rgb: "RGB"
    case .rgba: "RGBA"
    case .cmyk: "CMYK"
    }
  }
}
