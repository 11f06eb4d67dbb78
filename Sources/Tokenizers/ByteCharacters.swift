/// GPT-2's spelling of bytes as visible characters, so that a vocabulary of byte strings can be a text file.
///
/// The printable bytes of Latin-1 stand for themselves; the others, in order, are U+0100, U+0101, … (a space is `Ġ`).
enum ByteCharacters {
  /// The character for each byte.
  static let characters: [Unicode.Scalar] = {
    var characters = (0...UInt8.max).map { Unicode.Scalar($0) }
    var next: UInt8 = 0
    for byte in 0...UInt8.max where !isPrintable(byte) {
      // U+0100 to U+0143: always a character.
      characters[Int(byte)] = Unicode.Scalar(0x100 + UInt16(next)) ?? "\u{FFFD}"
      next += 1
    }
    return characters
  }()

  /// The byte for each character up to U+0143, or -1.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, character) in characters.enumerated() { bytes[Int(character.value)] = Int16(byte) }
    return bytes
  }()

  /// Whether a byte stands for itself.
  static func isPrintable(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: true
    default: false
    }
  }

  /// The byte that a character stands for.
  static func byte(_ character: Unicode.Scalar) -> UInt8? {
    guard character.value < UInt32(bytes.count) else { return nil }
    return UInt8(exactly: bytes[Int(character.value)])
  }
}
