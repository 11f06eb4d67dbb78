/// Bytes of an executable file, read one after another. Behind the end everything is 0, so that a damaged file gives
/// no answer rather than a crash.
struct DebugBytes {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position < 0 || position >= bytes.count }

  /// The same bytes from another place on.
  func at(_ position: Int) -> DebugBytes { DebugBytes(bytes, at: position) }

  /// Only the bytes of a range, or none if they are not all there.
  func part(_ start: Int, _ count: Int) -> DebugBytes {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      return DebugBytes(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return DebugBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
  }

  mutating func skip(_ count: Int) {
    position = count >= 0 && count <= bytes.count && position >= 0 ? position &+ count : bytes.count
  }

  /// A number of 1, 2, 4 or 8 bytes, the lowest first.
  mutating func number(_ width: Int) -> Int {
    guard position >= 0, width <= bytes.count - position else {
      position = bytes.count
      return 0
    }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
    position += width
    return Int(truncatingIfNeeded: value)
  }

  mutating func byte() -> UInt8 {
    guard !isAtEnd else { return 0 }
    defer { position += 1 }
    return bytes[position]
  }

  /// A number of as many bytes as it takes (DWARF's ULEB128).
  mutating func unsigned() -> Int {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while !isAtEnd {
      let next = byte()
      if shift < 64 { value |= UInt64(next & 0x7f) << shift }
      shift += 7
      if next < 0x80 { break }
    }
    return Int(truncatingIfNeeded: value)
  }

  /// The same with a sign (SLEB128).
  mutating func signed() -> Int {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while !isAtEnd {
      let next = byte()
      if shift < 64 { value |= UInt64(next & 0x7f) << shift }
      shift += 7
      if next < 0x80 {
        if next & 0x40 != 0 && shift < 64 { value |= UInt64.max << shift }
        break
      }
    }
    return Int(truncatingIfNeeded: value)
  }

  /// A text that ends with a zero.
  mutating func text() -> String {
    let start = Swift.max(0, position)
    while !isAtEnd && bytes[position] != 0 { position += 1 }
    let text = String(decoding: bytes[Swift.min(start, bytes.count)..<Swift.min(position, bytes.count)], as: UTF8.self)
    position += 1
    return text
  }

  func text(at position: Int) -> String {
    var bytes = at(position)
    return bytes.text()
  }

  /// The length of what follows, and how many bytes an offset in it has.
  mutating func unitLength() -> (length: Int, offsetWidth: Int) {
    let length = number(4)
    return length == 0xffff_ffff ? (number(8), 8) : (length, 4)
  }
}
