/// CRC-32, as zlib computes it, of the little-endian bytes of 32-bit floats, in eight hexadecimal digits.
public func crc32(_ floats: [Float]) -> String {
  let value = floats.map(\.bitPattern.littleEndian).withUnsafeBytes { crc32(bytes: $0) }
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

/// CRC-32, as zlib computes it.
public func crc32(bytes: UnsafeRawBufferPointer) -> UInt32 {
  ~bytes.reduce(~UInt32(0)) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
}

private let crcTable: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
}
