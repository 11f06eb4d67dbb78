/// What the tokenizers ask about a character, as the Unicode versions behind Hugging Face's tokenizers answer it.
///
/// The standard library knows a newer Unicode, and a different one on each system, while ids must be the same
/// everywhere. A character's age settles it: one that is younger than a table counts as unassigned there.
/// Compared with tokenizers 0.23 over all scalars, alone and in random company.
enum ScalarClass {
  /// The classes that the split patterns of CLIP and GPT-2 tell apart.
  enum Split {
    /// `\p{L}`
    case letter
    /// `\p{N}`
    case number
    /// `\s`
    case space
    /// `[^\s\p{L}\p{N}]`
    case other
  }

  /// The class in the split patterns, whose tables are those of Unicode 16.
  static func split(_ scalar: Unicode.Scalar) -> Split {
    if scalar.isASCII {
      switch UInt8(truncatingIfNeeded: scalar.value) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): return .letter
      case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
      case 0x20, 0x09...0x0D: return .space
      default: return .other
      }
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isAssigned(properties, by: 16) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      return isAssigned(properties, by: 16) ? .number : .other
    default:
      return properties.isWhitespace ? .space : .other
    }
  }

  /// Whether the character is part of a word (`\w`), for added tokens that must stand alone.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    guard isAssigned(properties, by: 16) else { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }

  /// Whether BERT makes the character a token of its own. The tables are those of Unicode 8.
  static func isBertPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      switch scalar.value {
      case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
      default: return false
      }
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return isAssigned(properties, by: 8)
    default:
      return scalar.value == 0x166D || scalar.value == 0x111C9  // no longer punctuation in later versions
    }
  }

  /// Whether BERT drops the character as a control or format character. The tables are those of Unicode 8.
  static func isBertControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\r": return false
    case "\0", "\u{FFFD}": return true
    default: break
    }
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .format, .privateUse: return isAssigned(properties, by: 8)
    default: return false
    }
  }

  /// Whether BERT drops the character as an accent. The tables are those of Unicode 8.
  static func isBertAccent(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x300 { return false }
    switch scalar.value {
    case 0x1734, 0x1171E: return true  // no longer nonspacing marks in later versions
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false  // nonspacing marks in later versions only
    default: break
    }
    let properties = scalar.properties
    return properties.generalCategory == .nonspacingMark && isAssigned(properties, by: 8)
  }

  /// Whether BERT puts spaces around the character: the ideographs, in the ranges that tokenizers uses.
  static func isBertIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }

  /// Whether canonical composition and decomposition know the character. The tables are those of Unicode 9.
  static func isNormalizable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x530 || isAssigned(scalar.properties, by: 9)
  }

  private static func isAssigned(_ properties: Unicode.Scalar.Properties, by major: Int) -> Bool {
    guard let age = properties.age else { return false }
    return age.major < major || age.major == major && age.minor == 0
  }
}

extension [UInt8] {
  /// The character that begins at an index, and the number of its bytes. The bytes must be valid UTF-8.
  func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = UInt32(self[index])
    if first < 0x80 { return (Unicode.Scalar(UInt8(first)), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = first & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(self[index + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// The index at which the character before an index begins. The bytes must be valid UTF-8.
  func scalarStart(before index: Int) -> Int {
    var start = index - 1
    while self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
