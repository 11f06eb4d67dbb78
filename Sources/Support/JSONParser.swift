/// Recursive descent over the bytes of a JSON text; the limit on depth bounds the recursion.
struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String?
  private let offset: Int?
  private let options: JSON.Options
  private var position = 0
  private var depth = 0
  private var valueCount = 0

  init(_ text: UnsafeRawBufferPointer, file: String?, offset: Int?, options: JSON.Options) {
    bytes = text.bindMemory(to: UInt8.self)
    self.file = file
    self.offset = offset
    self.options = options
  }

  mutating func parse() throws(DataError) -> JSON {
    if options.acceptsByteOrderMark, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    let value = try value()
    skipSpace()
    if position < bytes.count { throw error("text follows the JSON value") }
    return value
  }

  private func error(_ reason: String, _ kind: DataError.Kind = .malformed) -> DataError {
    if let offset { return DataError(kind, file: file, place: "byte \(offset + position)", reason: reason) }
    let before = bytes[..<position]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return DataError(kind, file: file, place: "line \(line), column \(position - lineStart + 1)", reason: reason)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// The next byte after white space, which stays unread.
  private mutating func peek() throws(DataError) -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw error("the text ends too early") }
    return bytes[position]
  }

  // MARK: Values

  private mutating func value() throws(DataError) -> JSON {
    let first = try peek()
    valueCount += 1
    if valueCount > options.valueLimit { throw error("more than \(options.valueLimit) JSON values", .tooLarge) }
    switch first {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N") where options.acceptsNonFinite: return try word("NaN", .number(.nan))
    case UInt8(ascii: "I") where options.acceptsNonFinite: return try word("Infinity", .number(.infinity))
    case UInt8(ascii: "-") where options.acceptsNonFinite && bytes[position...].starts(with: "-I".utf8):
      return try word("-Infinity", .number(-.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("a JSON value is expected")
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(DataError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw error("a JSON value is expected") }
    position += word.utf8.count
    return value
  }

  /// Goes into an array or an object.
  private mutating func enter() throws(DataError) {
    depth += 1
    if depth > options.depthLimit { throw error("JSON nests deeper than \(options.depthLimit) levels", .tooLarge) }
    position += 1
  }

  private mutating func object() throws(DataError) -> JSON.Object {
    try enter()
    var object = JSON.Object()
    var kept: [(key: String, value: JSON)] = []
    if try peek() == UInt8(ascii: "}") {
      position += 1
    } else {
      repeat {
        guard try peek() == UInt8(ascii: "\"") else { throw error("a key in quotation marks is expected") }
        let start = position
        let key = try string()
        guard try peek() == UInt8(ascii: ":") else { throw error("a colon is expected after the key \(quoted(key))") }
        position += 1
        let value = try value()
        switch options.duplicates {
        case .kept: kept.append((key, value))
        case .lastCounts: object.set(key, value)
        case .refused:
          if !object.append(key, value) {
            position = start
            throw error("the key \(quoted(key)) occurs twice")
          }
        }
      } while try goesOn(UInt8(ascii: "}"), "a comma or the object's end is expected")
    }
    depth -= 1
    return options.duplicates == .kept ? JSON.Object(kept) : object
  }

  private mutating func array() throws(DataError) -> [JSON] {
    try enter()
    var elements: [JSON] = []
    if try peek() == UInt8(ascii: "]") {
      position += 1
    } else {
      repeat {
        elements.append(try value())
      } while try goesOn(UInt8(ascii: "]"), "a comma or the array's end is expected")
    }
    depth -= 1
    return elements
  }

  /// Reads the comma or the end behind an element; whether it was a comma.
  private mutating func goesOn(_ end: UInt8, _ complaint: String) throws(DataError) -> Bool {
    let byte = try peek()
    guard byte == UInt8(ascii: ",") || byte == end else { throw error(complaint) }
    position += 1
    return byte != end
  }

  // MARK: Numbers

  private mutating func number() throws(DataError) -> JSON {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let leadingZero = next == UInt8(ascii: "0")
    let digits = skipDigits()
    var isWellFormed = digits > 0 && !(leadingZero && digits > 1)
    var isInteger = true
    if next == UInt8(ascii: ".") {
      position += 1
      isInteger = false
      isWellFormed = skipDigits() > 0 && isWellFormed
    }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      isInteger = false
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      isWellFormed = skipDigits() > 0 && isWellFormed
    }
    guard position - start <= 1024 else { throw error("a number has more than 1,024 characters", .tooLarge) }
    let literal = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    guard isWellFormed else { throw error("\(quoted(literal)) is not a number") }
    if isInteger, let value = Int(literal) { return .integer(value) }
    guard let value = Double(literal), value.isFinite || options.acceptsNonFinite else {
      throw error("the number \(quoted(literal)) is out of range")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    return position - start
  }

  // MARK: Strings

  private mutating func string() throws(DataError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {  // no escape: by far the most strings
        position += 1
        return try text(UnsafeBufferPointer(rebasing: bytes[start..<(position - 1)]), start: start)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw error("a control character in a string must be escaped") }
      position += 1
    }
    throw error("the text ends inside a string")
  }

  private mutating func text(_ utf8: UnsafeBufferPointer<UInt8>, start: Int) throws(DataError) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      position = start
      throw error("the text is not UTF-8")
    }
    return text
  }

  /// The rest of a string that has an escape; `position` is at the first one.
  private mutating func escapedString(from start: Int) throws(DataError) -> String {
    var unescaped = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 { throw error("a control character in a string must be escaped") }
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard let text = String(validating: unescaped, as: UTF8.self) else {
          position = start
          throw error("the text is not UTF-8")
        }
        return text
      }
      if byte == UInt8(ascii: "\\") {
        unescaped.append(contentsOf: UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter)
      } else {
        unescaped.append(byte)
      }
    }
    throw error("the text ends inside a string")
  }

  /// The character that stands after a backslash.
  private mutating func escape() throws(DataError) -> Unicode.Scalar {
    guard let letter = next else { throw error("the text ends inside a string") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw error("an unknown escape in a string")
    }
    let unit = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // Characters beyond U+FFFF are written as two units: a high and a low surrogate.
    let end = position
    if unit < 0xDC00, bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      let low = try hexadecimalUnit()
      if (0xDC00...0xDFFF).contains(low), let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
      position = end
    }
    guard options.replacesLoneSurrogates else { throw error("half of a surrogate pair stands alone in a string") }
    return "\u{FFFD}"
  }

  private mutating func hexadecimalUnit() throws(DataError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw error("the text ends inside a string") }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch bytes[position] {
      case let byte where UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte: digit = byte - UInt8(ascii: "0")
      case let byte where UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20: digit = byte | 0x20 - 87
      default: throw error("four hexadecimal digits are expected after \\u")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}
