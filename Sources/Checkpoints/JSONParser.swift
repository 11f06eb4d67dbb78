import Tensors

/// Recursive descent over the bytes of a JSON text; the depth limit bounds the recursion.
struct JSONParser {
  let text: UnsafeRawBufferPointer
  let file: String
  /// Where `text` starts in the file.
  let base: Int
  let limits: JSON.Limits
  private var position = 0
  private var valueCount = 0

  init(text: UnsafeRawBufferPointer, file: String, base: Int, limits: JSON.Limits) {
    self.text = text
    self.file = file
    self.base = base
    self.limits = limits
  }

  mutating func parse() throws -> JSON {
    let value = try parseValue(depth: 0)
    skipWhiteSpace()
    guard position == text.count else { throw malformed("text follows the JSON value") }
    return value
  }

  private func malformed(_ reason: String) -> CheckpointError {
    CheckpointError(.malformed, file: file, place: "byte \(base + position)", reason: reason)
  }

  private func tooLarge(_ reason: String) -> CheckpointError {
    CheckpointError(.tooLarge, file: file, place: "byte \(base + position)", reason: reason)
  }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipWhiteSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func consume(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func parseValue(depth: Int) throws -> JSON {
    skipWhiteSpace()
    valueCount += 1
    guard valueCount <= limits.valueCount else { throw tooLarge("more than \(limits.valueCount) JSON values") }
    guard let first = next else { throw malformed("the JSON text ends too early") }
    switch first {
    case UInt8(ascii: "{"):
      try checkDepth(depth)
      return .object(try parseObject(depth: depth + 1))
    case UInt8(ascii: "["):
      try checkDepth(depth)
      return .array(try parseArray(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "N") where limits.followsPython: return try parseWord("NaN", .number(.nan))
    case UInt8(ascii: "I") where limits.followsPython: return try parseWord("Infinity", .number(.infinity))
    case UInt8(ascii: "-") where limits.followsPython && text[position...].starts(with: "-I".utf8):
      return try parseWord("-Infinity", .number(-.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw malformed("no JSON value starts here")
    }
  }

  private func checkDepth(_ depth: Int) throws {
    guard depth < limits.depth else { throw tooLarge("JSON nests deeper than \(limits.depth) levels") }
  }

  private mutating func parseObject(depth: Int) throws -> JSON.Object {
    position += 1
    var object = JSON.Object()
    skipWhiteSpace()
    if consume("}") { return object }
    while true {
      skipWhiteSpace()
      guard next == UInt8(ascii: "\"") else { throw malformed("a key in quotes is expected") }
      let keyPosition = position
      let key = try parseString()
      skipWhiteSpace()
      guard consume(":") else { throw malformed("a colon is expected after the key \(quoted(key))") }
      let value = try parseValue(depth: depth)
      if limits.keepsDuplicates {
        object.keep(key, value)
      } else if limits.followsPython {
        object.set(key, value)
      } else if !object.append(key, value) {
        position = keyPosition
        throw malformed("the key \(quoted(key)) occurs twice")
      }
      skipWhiteSpace()
      if consume("}") { return object }
      guard consume(",") else { throw malformed("a comma or a closing brace is expected") }
    }
  }

  private mutating func parseArray(depth: Int) throws -> [JSON] {
    position += 1
    var values: [JSON] = []
    skipWhiteSpace()
    if consume("]") { return values }
    while true {
      values.append(try parseValue(depth: depth))
      skipWhiteSpace()
      if consume("]") { return values }
      guard consume(",") else { throw malformed("a comma or a closing bracket is expected") }
    }
  }

  private mutating func parseWord(_ word: String, _ value: JSON) throws -> JSON {
    guard text[position...].starts(with: word.utf8) else { throw malformed("no JSON value starts here") }
    position += word.utf8.count
    return value
  }

  private mutating func parseNumber() throws -> JSON {
    let start = position
    var isInteger = true
    _ = consume("-")
    let leadingZero = next == UInt8(ascii: "0")
    let digits = skipDigits()
    guard digits > 0, !(leadingZero && digits > 1) else { throw malformed("a number is malformed") }
    if consume(".") {
      isInteger = false
      guard skipDigits() > 0 else { throw malformed("a number is malformed") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      isInteger = false
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw malformed("a number is malformed") }
    }
    guard position - start <= 1024 else { throw tooLarge("a number has more than 1,024 characters") }
    let literal = String(decoding: text[start..<position], as: UTF8.self)
    if isInteger, let value = Int(literal) { return .integer(value) }
    guard let value = Double(literal), value.isFinite || limits.followsPython else {
      throw malformed("the number \(quoted(literal)) is out of range")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    return position - start
  }

  private mutating func parseString() throws -> String {
    position += 1
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if next == UInt8(ascii: "\"") {  // no escape: by far the most strings
      let bytes = text[start..<position]
      position += 1
      return try validated(bytes, start: start)
    }
    var unescaped = Array(text[start..<position])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try validated(unescaped, start: start)
      case UInt8(ascii: "\\"):
        position += 1
        try parseEscape(into: &unescaped)
      case 0..<0x20: throw malformed("a control character stands in a string")
      default:
        unescaped.append(byte)
        position += 1
      }
    }
    throw malformed("a string does not end")
  }

  private func validated(_ bytes: some Sequence<UInt8>, start: Int) throws -> String {
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw CheckpointError(.malformed, file: file, place: "byte \(base + start)", reason: "text is not UTF-8")
    }
    return string
  }

  private mutating func parseEscape(into bytes: inout [UInt8]) throws {
    guard let byte = next else { throw malformed("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      let value = try parseHexadecimal()
      if let scalar = Unicode.Scalar(value) ?? secondHalf(after: value) {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else if limits.followsPython {
        bytes.append(contentsOf: UTF8.encodedReplacementCharacter)  // Python keeps the half, which no text can hold
      } else {
        throw malformed("half of a surrogate pair is missing")
      }
    default: throw malformed("an unknown escape in a string")
    }
  }

  /// The scalar of a surrogate pair whose first half is `high`; `nil`, and nothing is consumed, if no second half follows.
  private mutating func secondHalf(after high: UInt32) -> Unicode.Scalar? {
    let start = position
    if (0xD800..<0xDC00).contains(high), consume("\\"), consume("u"), let low = try? parseHexadecimal(),
      (0xDC00..<0xE000).contains(low)
    {
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }
    position = start
    return nil
  }

  private mutating func parseHexadecimal() throws -> UInt32 {
    guard text.count - position >= 4 else { throw malformed("a string does not end") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(text[position])).hexDigitValue else {
        throw malformed("four hexadecimal digits are expected")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }
}
