/// Unicode's canonical composition (NFC) and decomposition (NFD), from ``UnicodeTables`` (Unicode Standard Annex 15).
///
/// The data is that of Unicode 9, as in Hugging Face's tokenizers: later characters stay as they are. Unicode promises
/// that a text of characters which a version knows is composed alike in all later ones. Both forms take linear time but
/// for the ordering of marks, which sorts.
enum CanonicalForm {
  /// Replaces a text in UTF-8 by its NFC.
  ///
  /// - Parameter compatibly: whether also what is only compatible is decomposed before, which gives NFKC.
  static func compose(_ text: inout [UInt8], compatibly: Bool = false) {
    guard compatibly ? mayDecompose(text, compatibly: true) : mayChange(text) else { return }
    text = utf8(composed(decomposed(text, compatibly: compatibly)))
  }

  /// Replaces a text in UTF-8 by its NFD.
  ///
  /// - Parameter compatibly: whether also what is only compatible is decomposed, which gives NFKD.
  static func decompose(_ text: inout [UInt8], compatibly: Bool = false) {
    if mayDecompose(text, compatibly: compatibly) { text = utf8(decomposed(text, compatibly: compatibly)) }
  }

  /// Nothing under U+00C0, whose first byte is 0xC3, is decomposed or ordered; nothing under U+00A0, with 0xC2, is
  /// compatible with anything.
  private static func mayDecompose(_ text: [UInt8], compatibly: Bool) -> Bool {
    text.contains { $0 >= (compatibly ? 0xC2 : 0xC3) }
  }

  /// Whether composition has to look closer.
  private static func mayChange(_ text: [UInt8]) -> Bool {
    // Nothing under U+0300, whose first byte is 0xCC, changes.
    if text.allSatisfy({ $0 < 0xCC }) { return false }
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      if ScalarClass.properties(scalar).contains(.composition) { return true }
      index += length
    }
    return false
  }

  private static func utf8(_ scalars: [UInt32]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(scalars.count * 2)
    for value in scalars { text.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
    return text
  }

  // MARK: Decomposition

  /// Where in ``ClusterTables/compatible`` the entry of each character stands.
  private static let compatiblePlaces: [UInt32: Int] = {
    var places: [UInt32: Int] = [:]
    var index = 0
    while index < ClusterTables.compatible.count {
      places[ClusterTables.compatible[index] >> 8] = index
      index += 1 + Int(ClusterTables.compatible[index] & 0xFF)
    }
    return places
  }()

  private static func decomposed(_ text: [UInt8], compatibly: Bool = false) -> [UInt32] {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let (scalar, length) = text.scalar(at: index)
      if compatibly, let place = compatiblePlaces[scalar.value] {
        let entry = ClusterTables.compatible[place]
        scalars.append(contentsOf: ClusterTables.compatible[(place + 1)...(place + Int(entry & 0xFF))])
      } else {
        appendParts(of: scalar.value, to: &scalars)
      }
      index += length
    }
    orderMarks(&scalars)
    return scalars
  }

  private static func appendParts(of scalar: UInt32, to scalars: inout [UInt32]) {
    if let syllable = Hangul.index(ofSyllable: scalar) {
      scalars.append(Hangul.firstL + syllable / Hangul.vowelsAndFinals)
      scalars.append(Hangul.firstV + syllable % Hangul.vowelsAndFinals / Hangul.finals)
      if syllable % Hangul.finals > 0 { scalars.append(Hangul.firstT + syllable % Hangul.finals) }
    } else if scalar >= 0xC0, let (first, second) = pair(scalar) {
      // The first part may have parts itself, four steps at most; the second only in U+0344, a mark of two.
      appendParts(of: first, to: &scalars)
      if second > 0 { appendParts(of: second, to: &scalars) }
    } else {
      scalars.append(scalar)
    }
  }

  /// The one or two characters that a character stands for.
  private static func pair(_ scalar: UInt32) -> (first: UInt32, second: UInt32)? {
    let table = UnicodeTables.decompositions
    var (low, high) = (0, table.count)
    while low < high {
      let middle = low + (high - low) / 2
      if character(table[middle]) < scalar { low = middle + 1 } else { high = middle }
    }
    guard low < table.count, character(table[low]) == scalar else { return nil }
    return parts(table[low])
  }

  private static func character(_ entry: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: entry >> 42) & 0x1F_FFFF }

  private static func parts(_ entry: UInt64) -> (first: UInt32, second: UInt32) {
    (UInt32(truncatingIfNeeded: entry >> 21) & 0x1F_FFFF, UInt32(truncatingIfNeeded: entry) & 0x1F_FFFF)
  }

  // MARK: Order

  private static let combiningClasses: [UInt8] = ScalarClass.expanded(
    UnicodeTables.combiningClasses, count: Int((UnicodeTables.combiningClasses.last ?? 0) >> 8))

  private static func combiningClass(_ scalar: UInt32) -> UInt8 {
    scalar < combiningClasses.count ? combiningClasses[Int(scalar)] : 0
  }

  /// Sorts each run of marks by their classes; marks of one class keep their order.
  private static func orderMarks(_ scalars: inout [UInt32]) {
    var start = 0
    while start < scalars.count {
      guard combiningClass(scalars[start]) > 0 else {
        start += 1
        continue
      }
      var end = start + 1
      var isOrdered = true
      while end < scalars.count, combiningClass(scalars[end]) > 0 {
        isOrdered = isOrdered && combiningClass(scalars[end - 1]) <= combiningClass(scalars[end])
        end += 1
      }
      if !isOrdered {
        let marks = scalars[start..<end]
        // Class, then place: a total order, whatever the sort does with equals.
        let order = marks.indices.map { UInt64(combiningClass(marks[$0])) << 56 | UInt64($0) }.sorted()
        scalars.replaceSubrange(start..<end, with: order.map { marks[Int($0 & (1 << 56 - 1))] })
      }
      start = end
    }
  }

  // MARK: Composition

  /// The character for each pair that composes, by the first character times 2²¹ plus the second.
  private static let compositions: [UInt64: UInt32] = {
    var result: [UInt64: UInt32] = [:]
    for entry in UnicodeTables.decompositions where entry >> 63 == 1 {
      result[entry & (1 << 42 - 1)] = character(entry)
    }
    return result
  }()

  private static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.composition(first, second) ?? compositions[UInt64(first) << 21 | UInt64(second)]
  }

  private static func composed(_ scalars: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(scalars.count)
    /// The last character that others may join, and the class of the last mark that did not join it.
    var starter: Int?
    var lastClass: UInt8?
    for scalar in scalars {
      let scalarClass = combiningClass(scalar)
      if let place = starter, lastClass.map({ $0 < scalarClass }) ?? true,
        let whole = composition(result[place], scalar)
      {
        result[place] = whole
        continue
      }
      if scalarClass == 0 {
        starter = result.count
        lastClass = nil
      } else {
        lastClass = scalarClass
      }
      result.append(scalar)
    }
    return result
  }

  /// Korean syllables are composed by arithmetic of their letters (Unicode Standard, section 3.12).
  private enum Hangul {
    static let firstSyllable: UInt32 = 0xAC00
    static let firstL: UInt32 = 0x1100
    static let firstV: UInt32 = 0x1161
    /// One before the first final consonant: a syllable may have none.
    static let firstT: UInt32 = 0x11A7
    static let initials: UInt32 = 19
    static let vowels: UInt32 = 21
    static let finals: UInt32 = 28
    static let vowelsAndFinals = vowels * finals

    static func index(ofSyllable scalar: UInt32) -> UInt32? {
      let index = scalar &- firstSyllable
      return index < initials * vowelsAndFinals ? index : nil
    }

    static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
      let (initial, vowel, final) = (first &- firstL, second &- firstV, second &- firstT)
      if initial < initials, vowel < vowels { return firstSyllable + (initial * vowels + vowel) * finals }
      if let syllable = index(ofSyllable: first), syllable % finals == 0, 0 < final, final < finals {
        return first + final
      }
      return nil
    }
  }
}
