/// The checksum SHA-1 (FIPS 180-4), by which git names contents. It protects against accidents, not against forgers.
package enum SHA1 {
  /// The checksum of some bytes, as 40 hexadecimal digits.
  package static func hexadecimal(of bytes: UnsafeRawBufferPointer, after prefix: [UInt8] = []) -> String {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    let count = prefix.count + bytes.count
    // The bytes, then 1, zeros and the number of bits.
    let paddedCount = (count + 8) / blockSize * blockSize + blockSize
    let length = (0..<8).reversed().map { UInt8(truncatingIfNeeded: (UInt64(count) &* 8) >> (8 * UInt64($0))) }
    var block = [UInt8](repeating: 0, count: blockSize)
    for start in stride(from: 0, to: paddedCount, by: blockSize) {
      for offset in 0..<blockSize {
        let place = start + offset
        block[offset] =
          if place < prefix.count { prefix[place] } else if place < count {
            bytes[place - prefix.count]
          } else if place == count { 0x80 } else if place >= paddedCount - 8 { length[place - paddedCount + 8] } else {
            0
          }
      }
      digest(block, into: &state)
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The name that git gives to a file's content: the checksum of `blob`, the number of bytes, a zero and the bytes.
  ///
  /// - Throws: ``DataError`` if it cannot be read.
  package static func ofGitBlob(atPath path: String) throws(DataError) -> String {
    let file = try MappedFile(path: path)
    return hexadecimal(of: file.bytes, after: Array("blob \(file.bytes.count)\0".utf8))
  }

  private static let blockSize = 64

  /// Mixes in a block of 64 bytes (section 6.1.2).
  private static func digest(_ block: [UInt8], into state: inout [UInt32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { w in
      block.withUnsafeBytes { bytes in
        for t in 0..<16 { w[t] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self)) }
      }
      for t in 16..<80 { w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for t in 0..<80 {
        let mixed: UInt32
        let constant: UInt32
        switch t {
        case ..<20: (mixed, constant) = (b & c | ~b & d, 0x5A82_7999)
        case ..<40: (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
        case ..<60: (mixed, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
        default: (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
        }
        let next = rotated(a, 5) &+ mixed &+ e &+ constant &+ w[t]
        (e, d, c, b, a) = (d, c, rotated(b, 30), a, next)
      }
      for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
    }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
