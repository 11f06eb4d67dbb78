extension Generator {
  /// A place in a generator's stream, to come back to: the twister, the spare normal and the seed.
  ///
  /// Training that is interrupted, and resumed with the state that was saved with its weights, draws the same numbers as
  /// training that ran through. ``bytes`` are those of `torch.get_rng_state()`, so that a state travels between PyTorch
  /// and this project.
  public struct State: Sendable, Equatable {
    /// The seed that the stream started from.
    public let initialSeed: Int
    let twister: MersenneTwister
    let spareNormal: Double?

    /// The number of ``bytes``.
    public static let byteCount = 5056

    /// The beginning of the stream that belongs to a seed.
    init(seed: Int) {
      self.init(
        initialSeed: seed, twister: MersenneTwister(seed: UInt32(truncatingIfNeeded: seed)), spareNormal: nil)
    }

    init(initialSeed: Int, twister: MersenneTwister, spareNormal: Double?) {
      self.initialSeed = initialSeed
      self.twister = twister
      self.spareNormal = spareNormal
    }

    /// The state in the layout of `torch.get_rng_state()`, 5,056 bytes.
    ///
    /// All little-endian: the seed (8 bytes); how many draws are left, plus one (4); the flag 1 for "seeded" (4); the
    /// position (8); 624 words of 8 bytes each; an unused double, the spare normal, another unused double; whether there
    /// is a spare (4); padding (4); a spare Float and its flag, with padding, that only PyTorch's past used (8).
    public var bytes: [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(Self.byteCount)
      bytes.append(littleEndian: UInt64(bitPattern: Int64(initialSeed)))
      bytes.append(littleEndian: UInt32(twister.remaining + 1))
      bytes.append(littleEndian: UInt32(1))
      bytes.append(littleEndian: UInt64(twister.position))
      for word in twister.words { bytes.append(littleEndian: UInt64(word)) }
      bytes.append(littleEndian: UInt64(0))
      bytes.append(littleEndian: (spareNormal ?? 0).bitPattern)
      bytes.append(littleEndian: UInt64(0))
      bytes.append(littleEndian: UInt32(spareNormal == nil ? 0 : 1))
      bytes.append(contentsOf: repeatElement(0, count: Self.byteCount - bytes.count))
      return bytes
    }

    /// Reads a state from ``bytes``, or from those of `torch.get_rng_state()`.
    ///
    /// - Throws: ``StateError`` if they cannot be a generator's state.
    public init(bytes: some Collection<UInt8>) throws(StateError) {
      let bytes = Array(bytes)
      guard bytes.count == Self.byteCount else { throw .byteCount(bytes.count) }
      let left = bytes.littleEndian(UInt32.self, at: 8)
      let seeded = bytes.littleEndian(UInt32.self, at: 12)
      let position = bytes.littleEndian(UInt64.self, at: 16)
      guard seeded == 1 else { throw .field("the flag \"seeded\"", at: 12, value: UInt64(seeded)) }
      guard (1...UInt32(MersenneTwister.wordCount)).contains(left) else {
        throw .field("the number of draws left", at: 8, value: UInt64(left))
      }
      guard position <= UInt64(MersenneTwister.wordCount),
        MersenneTwister.isPlace(position: Int(position), remaining: Int(left) - 1)
      else { throw .field("the position", at: 16, value: position) }

      var words: [UInt32] = []
      words.reserveCapacity(MersenneTwister.wordCount)
      for index in 0..<MersenneTwister.wordCount {
        let offset = 24 + 8 * index
        let word = bytes.littleEndian(UInt64.self, at: offset)
        guard let word32 = UInt32(exactly: word) else { throw .field("a word", at: offset, value: word) }
        words.append(word32)
      }

      let spareOffset = 24 + 8 * MersenneTwister.wordCount + 8
      let hasSpare = bytes.littleEndian(UInt32.self, at: spareOffset + 16)
      let spare = Double(bitPattern: bytes.littleEndian(UInt64.self, at: spareOffset))
      guard hasSpare <= 1 else {
        throw .field("the flag of the spare normal", at: spareOffset + 16, value: UInt64(hasSpare))
      }
      guard hasSpare == 0 || spare.isFinite else {
        throw .field("the spare normal", at: spareOffset, value: spare.bitPattern)
      }
      self.init(
        initialSeed: Int(Int64(bitPattern: bytes.littleEndian(UInt64.self, at: 0))),
        twister: MersenneTwister(words: words, position: Int(position), remaining: Int(left) - 1),
        spareNormal: hasSpare == 1 ? spare : nil)
    }
  }

  /// Why bytes are not the state of a generator.
  public enum StateError: Error, Equatable, CustomStringConvertible {
    /// There are this many bytes, and not 5,056.
    case byteCount(Int)
    /// The named field at this byte offset cannot hold this value.
    case field(String, at: Int, value: UInt64)

    /// One line that says what is wrong, and where.
    public var description: String {
      switch self {
      case .byteCount(let count):
        "A generator state has \(State.byteCount) bytes, not \(count)."
      case .field(let name, let offset, let value):
        "Not a generator state: \(name), at byte \(offset), cannot be 0x\(String(value, radix: 16))."
      }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  fileprivate func littleEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
    var value: Value = 0
    for index in 0..<Value.bitWidth / 8 {
      value |= Value(truncatingIfNeeded: self[offset + index]) << (8 * index)
    }
    return value
  }
}
