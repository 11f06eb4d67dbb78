import Support

/// CRC-32 of the little-endian bytes of 32-bit floats, in eight hexadecimal digits.
public func crc32(_ floats: [Float]) -> String {
  floats.map(\.bitPattern.littleEndian).withUnsafeBytes(CRC32.hexadecimal)
}
