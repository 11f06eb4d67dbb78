import Foundation
import Support

/// The bytes of a file, held in memory or read as they are sent.
public struct Content: Sendable {
  /// How many bytes there are.
  public let count: Int
  /// SHA-256 of all bytes: the name of a large file in the hub's storage.
  public let sha256: String
  private let read: @Sendable (Range<Int>) -> [UInt8]

  /// Bytes in memory.
  public init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { Array(bytes[$0]) }
  }

  /// A text in UTF-8.
  public init(_ text: String) { self.init(Array(text.utf8)) }

  /// A block over and over again: a large file that takes no memory.
  public init(repeating block: [UInt8], count: Int) {
    self.init(count: count) { range in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(range.count)
      while bytes.count < range.count {
        let start = (range.lowerBound + bytes.count) % block.count
        bytes += block[start..<min(block.count, start + range.count - bytes.count)]
      }
      return bytes
    }
  }

  /// Random bytes, the same for each seed.
  public init(random count: Int, seed: UInt64) {
    var generator = SmallGenerator(state: seed)
    self.init((0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) })
  }

  /// A file, read when it is asked for.
  public init(ofFile path: String) throws {
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    let descriptor = handle.fileDescriptor
    self.init(count: Int(try handle.seekToEnd())) { range in
      _ = handle  // The file stays open as long as this function lives.
      var bytes = [UInt8](repeating: 0, count: range.count)
      let length = pread(descriptor, &bytes, bytes.count, off_t(range.lowerBound))
      return Array(bytes.prefix(max(0, length)))
    }
  }

  private init(count: Int, read: @escaping @Sendable (Range<Int>) -> [UInt8]) {
    self.count = count
    self.read = read
    var sha256 = SHA256()
    for start in stride(from: 0, to: count, by: Self.blockSize) {
      read(start..<min(count, start + Self.blockSize)).withUnsafeBytes { sha256.update($0) }
    }
    self.sha256 = sha256.hexadecimal
  }

  /// The checksum by which git names a small file: SHA-1 of a header and all bytes.
  public var gitName: String {
    var checksum = SHA1()
    checksum.update(Array("blob \(count)\0".utf8) + bytes)
    return checksum.hexadecimal
  }

  /// The bytes of a range.
  public func bytes(_ range: Range<Int>) -> [UInt8] { read(range) }

  /// All bytes.
  public var bytes: [UInt8] { read(0..<count) }

  static let blockSize = 65_536
}

/// Random numbers for tests (SplitMix64).
public struct SmallGenerator: RandomNumberGenerator {
  var state: UInt64

  /// The generator of a seed.
  public init(state: UInt64) { self.state = state }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The checksum SHA-1 (FIPS 180-4), by which git names its objects.
struct SHA1 {
  private var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
  private var rest: [UInt8] = []
  private var count = 0

  mutating func update(_ bytes: [UInt8]) {
    count += bytes.count
    rest += bytes
    var start = 0
    while rest.count - start >= 64 {
      digest(rest[start..<start + 64])
      start += 64
    }
    rest.removeFirst(start)
  }

  var hexadecimal: String {
    var copy = self
    let zeros = [UInt8](repeating: 0, count: (119 - rest.count) % 64)
    copy.update([0x80] + zeros + (0..<8).reversed().map { UInt8(truncatingIfNeeded: (count * 8) >> (8 * $0)) })
    return copy.state.map { word in (0..<8).reversed().map { String(word >> (4 * $0) & 15, radix: 16) }.joined() }
      .joined()
  }

  private mutating func digest(_ block: ArraySlice<UInt8>) {
    var w = [UInt32](repeating: 0, count: 80)
    for t in 0..<16 { w[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(block[block.startIndex + 4 * t + $1]) } }
    for t in 16..<80 { w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for t in 0..<80 {
      let mix: (value: UInt32, constant: UInt32) =
        switch t / 20 {
        case 0: ((b & c) | (~b & d), 0x5A82_7999)
        case 1: (b ^ c ^ d, 0x6ED9_EBA1)
        case 2: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
        default: (b ^ c ^ d, 0xCA62_C1D6)
        }
      (e, d, c, b, a) = (d, c, rotated(b, 30), a, rotated(a, 5) &+ mix.value &+ e &+ mix.constant &+ w[t])
    }
    for (index, word) in [a, b, c, d, e].enumerated() { state[index] &+= word }
  }

  private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
