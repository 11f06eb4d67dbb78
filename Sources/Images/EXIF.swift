/// The block in which a camera tells how a picture was taken: a TIFF file without its pixels.
enum EXIF {
  /// What stands before the block in a JPEG, sometimes twice, and sometimes where it does not belong.
  static let mark = Array("Exif".utf8) + [0, 0]
  /// The tag of the orientation stands in front; what lies further behind in a block of this size is some maker's own.
  static let limit = 16 << 20

  /// The orientation by the first directory of a block, with at most two marks before it.
  ///
  /// - Returns: nil if there is no such tag; 0 if its value is no number, or the block is no such block; of several
  ///   numbers the first, as Pillow takes.
  static func orientation(_ marked: [UInt8]) -> Int? {
    var bytes = marked
    for _ in 0..<2 where bytes.starts(with: mark) { bytes.removeFirst(mark.count) }
    if bytes.isEmpty { return nil }
    let bigEndian: Bool
    switch Array(bytes.prefix(4)) {
    case [0x49, 0x49, 0x2A, 0], [0x49, 0x49, 0, 0x2A]: bigEndian = false
    case [0x4D, 0x4D, 0, 0x2A], [0x4D, 0x4D, 0x2A, 0]: bigEndian = true
    default: return 0
    }
    guard let directory = bytes.number(at: 4, count: 4, bigEndian: bigEndian) else { return 0 }
    guard let entries = bytes.number(at: directory, count: 2, bigEndian: bigEndian) else { return nil }
    // Values of the entries so far that lie elsewhere: together they may not be larger than the block.
    var total = 0
    for entry in 0..<entries {
      let start = directory + 2 + 12 * entry
      guard let tag = bytes.number(at: start, count: 2, bigEndian: bigEndian),
        let type = bytes.number(at: start + 2, count: 2, bigEndian: bigEndian),
        let count = bytes.number(at: start + 4, count: 4, bigEndian: bigEndian),
        let offset = bytes.number(at: start + 8, count: 4, bigEndian: bigEndian)
      else { return nil }
      guard let kind = ValueKind(rawValue: type) else { continue }
      let size = count * kind.size
      var place = start + 8
      if size > 4 {
        total += size
        if total > bytes.count { continue }
        // Pillow reads no entry behind one whose value is missing.
        guard offset <= bytes.count - size else { return nil }
        place = offset
      }
      guard tag == 0x0112, count > 0 else { continue }
      return kind.wholeNumber(bytes, place, bigEndian) ?? 0
    }
    return nil
  }

  /// The block in the text that ImageMagick writes: a blank line, a name, a length, then lines of hexadecimal digits.
  static func ofRawProfile(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropFirst(3)
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in lines.joined() {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue.map({ UInt8($0) }) else {
        // Blanks may stand between bytes, not within one.
        guard high == nil, [0x20, 0x09, 0x0B, 0x0C, 0x0D].contains(digit) else { return nil }
        continue
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }
}

/// How TIFF stores a value.
private enum ValueKind: Int {
  case byte = 1
  case text, short, long, rational, signedByte, undefined, signedShort, signedLong, signedRational, float, double
  case directory
  case long8 = 16

  /// Bytes of one value.
  var size: Int {
    switch self {
    case .byte, .text, .signedByte, .undefined: 1
    case .short, .signedShort: 2
    case .long, .signedLong, .float, .directory: 4
    case .rational, .signedRational, .double, .long8: 8
    }
  }

  /// The value as a whole number from 0 to 8, or nil where it is another or none. Pillow takes single bytes for text.
  func wholeNumber(_ bytes: [UInt8], _ offset: Int, _ bigEndian: Bool) -> Int? {
    func whole(_ value: some BinaryFloatingPoint) -> Int? { value >= 0 && value <= 8 ? Int(exactly: value) : nil }
    func number(_ offset: Int, _ count: Int) -> Int? { bytes.number(at: offset, count: count, bigEndian: bigEndian) }
    switch self {
    case .byte, .text, .undefined: return nil
    case .signedByte, .short, .signedShort, .long, .signedLong, .directory: return number(offset, size)
    case .long8:
      guard let first = number(offset, 4), let second = number(offset + 4, 4) else { return nil }
      return (bigEndian ? first : second) == 0 ? (bigEndian ? second : first) : nil
    case .rational, .signedRational:
      guard var numerator = number(offset, 4), var denominator = number(offset + 4, 4) else { return nil }
      if self == .signedRational {
        numerator = Int(Int32(truncatingIfNeeded: numerator))
        denominator = Int(Int32(truncatingIfNeeded: denominator))
      }
      return whole(Double(numerator) / Double(denominator))
    case .float: return number(offset, 4).flatMap { whole(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
    case .double:
      guard let first = number(offset, 4), let second = number(offset + 4, 4) else { return nil }
      let (high, low) = bigEndian ? (first, second) : (second, first)
      return whole(Double(bitPattern: UInt64(truncatingIfNeeded: high << 32 | low)))
    }
  }
}
