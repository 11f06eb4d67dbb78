/// Reads JSON (RFC 8259) and complains with the line and column.
///
/// Foundation's parser loses the order of members and takes canonically equivalent keys for one, and is
/// several times slower on a vocabulary of fifty thousand tokens.
struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String
  private var position = 0
  private var depth = 0
  private var valueCount = 0

  /// Containers inside containers, at most: the parser calls itself for each.
  private static let depthLimit = 256
  /// Values in all: the largest published tokenizers have about a million.
  private static let valueLimit = 2_000_000

  /// Parses a whole document.
  ///
  /// - Parameters:
  ///   - bytes: the document.
  ///   - file: its name, for complaints.
  static func parse(_ bytes: [UInt8], file: String) throws(TokenizerError) -> JSONNode {
    let outcome = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, TokenizerError> in
      var parser = JSONParser(bytes: buffer, file: file)
      do throws(TokenizerError) {
        return .success(try parser.document())
      } catch {
        return .failure(error)
      }
    }
    return JSONNode(value: try outcome.get(), file: file, path: "")
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
  }

  private mutating func document() throws(TokenizerError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    let value = try value()
    skipSpace()
    if position < bytes.count { throw error("the document has ended, but more text follows") }
    return value
  }

  private func error(_ reason: String) -> TokenizerError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return TokenizerError(file: file, place: "line \(line), column \(before.count - lineStart + 1)", reason: reason)
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// The next byte after white space, which stays unread.
  private mutating func peek() throws(TokenizerError) -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw error("the text ends too early") }
    return bytes[position]
  }

  private mutating func value() throws(TokenizerError) -> JSONValue {
    let first = try peek()
    valueCount += 1
    if valueCount > Self.valueLimit { throw error("more than \(Self.valueLimit) values") }
    switch first {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    // Not JSON, but Python writes and reads them.
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    case UInt8(ascii: "-") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "I"):
      return try word("-Infinity", .number(-.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("a value is wanted here")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(TokenizerError) -> JSONValue {
    for offset in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count else { throw error("the text ends too early") }
      guard bytes[position] == word.utf8Start[offset] else { throw error("\(word) is wanted here") }
      position += 1
    }
    return value
  }

  private mutating func enter() throws(TokenizerError) {
    depth += 1
    if depth > Self.depthLimit { throw error("more than \(Self.depthLimit) arrays and objects inside each other") }
    position += 1
  }

  private mutating func object() throws(TokenizerError) -> JSONValue {
    try enter()
    var members: [(key: String, value: JSONValue)] = []
    if try peek() == UInt8(ascii: "}") {
      position += 1
      depth -= 1
      return .object(members)
    }
    while true {
      guard try peek() == UInt8(ascii: "\"") else { throw error("a key in quotation marks is wanted here") }
      let key = try string()
      guard try peek() == UInt8(ascii: ":") else { throw error("a colon is wanted here") }
      position += 1
      members.append((key, try value()))
      let next = try peek()
      guard next == UInt8(ascii: ",") || next == UInt8(ascii: "}") else {
        throw error("a comma or the object's end is wanted here")
      }
      position += 1
      if next == UInt8(ascii: "}") {
        depth -= 1
        return .object(members)
      }
    }
  }

  private mutating func array() throws(TokenizerError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    if try peek() == UInt8(ascii: "]") {
      position += 1
      depth -= 1
      return .array(elements)
    }
    while true {
      elements.append(try value())
      let next = try peek()
      guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
        throw error("a comma or the array's end is wanted here")
      }
      position += 1
      if next == UInt8(ascii: "]") {
        depth -= 1
        return .array(elements)
      }
    }
  }

  private mutating func number() throws(TokenizerError) -> JSONValue {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let integerStart = position
    skipDigits()
    let hasLeadingZero = position > integerStart + 1 && bytes[integerStart] == UInt8(ascii: "0")
    var isWellFormed = position > integerStart && !hasLeadingZero
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      let fractionStart = position
      skipDigits()
      isWellFormed = isWellFormed && position > fractionStart
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      let exponentStart = position
      skipDigits()
      isWellFormed = isWellFormed && position > exponentStart
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    guard isWellFormed, let number = Double(text) else { throw error("\(quoted(text)) is not a number") }
    return .number(number)
  }

  private mutating func skipDigits() {
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
  }

  private mutating func string() throws(TokenizerError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<(position - 1)]), as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      if byte < 0x20 { throw error("a control character in a string must be escaped") }
      position += 1
    }
    throw error("the text ends inside a string")
  }

  /// The rest of a string that has an escape; `position` is at the first one.
  private mutating func escapedString(from start: Int) throws(TokenizerError) -> String {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 { throw error("a control character in a string must be escaped") }
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter)
      } else {
        text.append(byte)
      }
    }
    throw error("the text ends inside a string")
  }

  /// The character that stands after a backslash.
  private mutating func escape() throws(TokenizerError) -> Unicode.Scalar {
    guard position < bytes.count else { throw error("the text ends inside a string") }
    let letter = bytes[position]
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
    if unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexadecimalUnit()
      if (0xDC00...0xDFFF).contains(low), let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
    }
    throw error("half of a surrogate pair stands alone in a string")
  }

  private mutating func hexadecimalUnit() throws(TokenizerError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw error("the text ends inside a string") }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw error("four hexadecimal digits are wanted after \\u")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}
