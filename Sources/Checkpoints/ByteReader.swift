import Support

/// Reads little-endian numbers one after another from bytes that are not trusted.
///
/// Every read is checked against the end; no arithmetic on a length from the file can overflow.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  /// The file's path, for messages.
  let file: String
  /// The offset of the next byte to read, at most `bytes.count`.
  private(set) var offset: Int

  init(_ bytes: UnsafeRawBufferPointer, file: String, offset: Int = 0) throws {
    self.bytes = bytes
    self.file = file
    self.offset = 0
    try seek(to: offset)
  }

  var remaining: Int { bytes.count - offset }

  mutating func seek(to offset: Int) throws {
    guard offset >= 0, offset <= bytes.count else {
      throw DataError(
        .malformed, file: file, place: "offset \(offset)", reason: "lies outside the file of \(bytes.count) bytes")
    }
    self.offset = offset
  }

  /// The next `count` bytes, without copying.
  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw DataError(
        .malformed, file: file, place: "byte \(offset)",
        reason: "needs \(count) bytes where \(remaining) are left; the file is truncated or damaged")
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
  }

  mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) throws -> Number {
    Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
  }

  /// An unsigned 64-bit number that must fit `Int`.
  mutating func length() throws -> Int {
    let start = offset
    let value = try integer(UInt64.self)
    guard let length = Int(exactly: value) else {
      throw DataError(.malformed, file: file, place: "byte \(start)", reason: "the length \(value) is absurd")
    }
    return length
  }

  /// Bytes up to the next line feed, which is consumed and not part of the result.
  mutating func line(limit: Int) throws -> UnsafeRawBufferPointer {
    let rest = bytes[offset...]
    guard let end = rest.prefix(limit).firstIndex(of: UInt8(ascii: "\n")) else {
      throw DataError(.malformed, file: file, place: "byte \(offset)", reason: "a line does not end")
    }
    let line = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
    offset = end + 1
    return line
  }

  /// The text of `bytes` if they are well-formed UTF-8.
  func text(_ bytes: UnsafeRawBufferPointer, at place: Int) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataError(.malformed, file: file, place: "byte \(place)", reason: "text is not UTF-8")
    }
    return text
  }
}
