/// Where what a reader takes for one character ends: a letter with its accents, a line end of two characters (Unicode
/// Standard Annex 29).
///
/// Borders are exact only for clusters of up to five bytes, from the tables that tokenizers itself gave; of longer ones
/// it is only known that they are longer, which is all that ``CharacterMap`` asks. Pairs of letters that make a flag are
/// such: one has four bytes.
enum GraphemeClusters {
  private enum Class: UInt8 {
    case other
    /// Stands alone.
    case control
    /// Belongs to what is before it, and may stand between the parts of an Indic conjunct.
    case extending
    /// Belongs to what is before it.
    case spacing
    /// U+200D, which joins pictures.
    case joiner
    /// Belongs to what is after it.
    case prepended
    case picture
    /// An Indic consonant, and the sign that links two of them.
    case consonant, linker
    /// Letters of Korean syllables, and syllables without and with a final consonant.
    case initial, vowel, final, open, closed
  }

  private static let table = ScalarClass.expanded(
    ClusterTables.properties, count: Int((ClusterTables.properties.last ?? 0) >> 8))

  /// The packed properties of a character.
  static func properties(_ scalar: Unicode.Scalar) -> UInt8 {
    scalar.value < table.count ? table[Int(scalar.value)] : 0
  }

  private static func classOf(_ scalar: Unicode.Scalar) -> Class {
    switch scalar.value {
    case 0x1100...0x115F, 0xA960...0xA97C: .initial
    case 0x1160...0x11A7, 0xD7B0...0xD7C6: .vowel
    case 0x11A8...0x11FF, 0xD7CB...0xD7FB: .final
    case 0xAC00...0xD7A3: (scalar.value - 0xAC00) % 28 == 0 ? .open : .closed
    default: Class(rawValue: properties(scalar) & 15) ?? .other
    }
  }

  /// The end of the cluster that begins at an index of a text in UTF-8.
  static func end(in text: [UInt8], from start: Int) -> Int {
    // Most characters: no control character, and the next one is none of those that belong to what is before them.
    if text[start] >= 0x20, text[start] < 0x7F, start + 1 == text.count || text[start + 1] < 0x80 { return start + 1 }
    var (scalar, length) = text.scalar(at: start)
    var last = classOf(scalar)
    var end = start + length
    // Whether a picture, or a consonant with a linking sign, stands before the marks that come last.
    var afterPicture = last == .picture
    var afterConsonant = last == .consonant
    var isLinked = false
    while end < text.count {
      let before = scalar
      (scalar, length) = text.scalar(at: end)
      let next = classOf(scalar)
      let joins: Bool =
        switch (last, next) {
        case (.control, _), (_, .control): before == "\r" && scalar == "\n"
        case (_, .extending), (_, .spacing), (_, .joiner), (_, .linker), (.prepended, _): true
        case (.initial, .initial), (.initial, .vowel), (.initial, .open), (.initial, .closed),
          (.open, .vowel), (.open, .final), (.vowel, .vowel), (.vowel, .final), (.closed, .final), (.final, .final):
          true
        case (.joiner, .picture) where afterPicture: true
        case (_, .consonant): isLinked
        default: false
        }
      guard joins else { break }
      switch next {
      case .extending, .joiner: break
      case .linker: isLinked = afterConsonant
      case .consonant: (afterConsonant, isLinked, afterPicture) = (true, false, false)
      default: (afterConsonant, isLinked, afterPicture) = (false, false, next == .picture)
      }
      last = next
      end += length
    }
    return end
  }
}
