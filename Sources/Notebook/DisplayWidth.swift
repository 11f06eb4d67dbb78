/// Terminal columns of text: what alignment counts instead of characters.
public enum DisplayWidth {
  /// Columns that a terminal gives a text: 2 for a wide character (Chinese, Japanese, Korean, emoji), 0 for combining
  /// marks, otherwise 1 (after Unicode's East Asian Width, UAX #11).
  public static func columns(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + columns(of: $1) }
  }

  /// Columns of one character: those of its base, since marks and joiners add none.
  public static func columns(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    if scalars.contains(where: { $0.value == emojiPresentation }) { return 2 }
    return scalars.lazy.map(columns(of:)).max() ?? 0
  }

  /// Spaces that fill a text up to a width.
  public static func padding(of text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - columns(of: text), 0))
  }

  /// Variation selector 16: asks for the colorful, wide form of the character before it.
  private static let emojiPresentation: UInt32 = 0xFE0F

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F,  // Hangul Jamo
    0x2E80...0x303E,  // radicals, CJK punctuation
    0x3041...0x33FF,  // kana, Hangul compatibility, CJK compatibility
    0x3400...0x4DBF, 0x4E00...0x9FFF,  // CJK ideographs
    0xA000...0xA4CF,  // Yi
    0xA960...0xA97F, 0xAC00...0xD7A3,  // Hangul
    0xF900...0xFAFF, 0xFE30...0xFE6F,  // CJK compatibility
    0xFF00...0xFF60, 0xFFE0...0xFFE6,  // full-width forms
    0x20000...0x3FFFD,  // supplementary ideographs
  ]
}
