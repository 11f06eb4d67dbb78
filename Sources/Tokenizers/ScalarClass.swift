/// What the tokenizers ask about a character, as the Unicode versions behind Hugging Face's tokenizers answer it.
///
/// The standard library knows a newer Unicode, and a different one on each system, while ids must be the same
/// everywhere. So the answers come from ``UnicodeTables``, which were taken from tokenizers 0.23.
enum ScalarClass {
  /// What is known of a character.
  struct Properties: OptionSet {
    let rawValue: UInt8

    /// `\p{L}` of the split patterns.
    static let letter = Properties(rawValue: 1 << 0)
    /// `\p{N}` of the split patterns.
    static let number = Properties(rawValue: 1 << 1)
    /// White space, `\s`.
    static let space = Properties(rawValue: 1 << 2)
    /// Part of a word, `\w`, for added tokens that must stand alone.
    static let word = Properties(rawValue: 1 << 3)
    /// BERT makes the character a token of its own.
    static let bertPunctuation = Properties(rawValue: 1 << 4)
    /// BERT drops the character as a control or format character.
    static let bertControl = Properties(rawValue: 1 << 5)
    /// BERT drops the character as an accent.
    static let bertAccent = Properties(rawValue: 1 << 6)
    /// Canonical composition may change the character or its neighbors.
    static let composition = Properties(rawValue: 1 << 7)
  }

  /// The properties of each code point.
  private static let table: [UInt8] = expanded(UnicodeTables.properties, count: 0x11_0000)

  /// Writes out a table of places where a value begins.
  static func expanded(_ runs: [UInt32], count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { values, initializedCount in
      var value: UInt8 = 0
      var start = 0
      for run in runs {
        values[start..<Int(run >> 8)].initialize(repeating: value)
        start = Int(run >> 8)
        value = UInt8(truncatingIfNeeded: run)
      }
      values[start..<count].initialize(repeating: value)
      initializedCount = count
    }
  }

  /// What is known of a character.
  static func properties(_ scalar: Unicode.Scalar) -> Properties {
    Properties(rawValue: table[Int(scalar.value)])
  }

  /// Whether the character is white space.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { properties(scalar).contains(.space) }

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

  /// The class in the split patterns.
  static func split(_ scalar: Unicode.Scalar) -> Split {
    let properties = properties(scalar)
    return properties.contains(.letter)
      ? .letter : properties.contains(.number) ? .number : properties.contains(.space) ? .space : .other
  }

  /// The small character, or `nil` for one that has none.
  static func lowerCase(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    // Fours of first, last, step and distance, in order; found by halving.
    let runs = UnicodeTables.lowerCase
    let value = Int32(scalar.value)
    var (low, high) = (0, runs.count / 4)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle * 4 + 1] < value { low = middle + 1 } else { high = middle }
    }
    guard low < runs.count / 4, value >= runs[low * 4], (value - runs[low * 4]) % runs[low * 4 + 2] == 0 else {
      return nil
    }
    return Unicode.Scalar(UInt32(value + runs[low * 4 + 3]))
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

  /// Appends a character.
  mutating func append(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    func part(_ lead: UInt32, _ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: lead | value >> shift) }
    func rest(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | value >> shift & 0x3F) }
    switch value {
    case ..<0x80: append(UInt8(truncatingIfNeeded: value))
    case ..<0x800: append(contentsOf: [part(0xC0, 6), rest(0)])
    case ..<0x1_0000: append(contentsOf: [part(0xE0, 12), rest(6), rest(0)])
    default: append(contentsOf: [part(0xF0, 18), rest(12), rest(6), rest(0)])
    }
  }

  /// The index at which the character before an index begins. The bytes must be valid UTF-8.
  func scalarStart(before index: Int) -> Int {
    var start = index - 1
    while self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
