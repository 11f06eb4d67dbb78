/// The 32-bit Mersenne Twister mt19937 (Matsumoto and Nishimura 1998), the source of PyTorch's random numbers on the CPU.
///
/// A value type: a copy goes on independently with the same numbers. ``Generator`` builds distributions on it.
public struct MersenneTwister: Sendable, Equatable {
  /// The number of words in the state, which is also the number of draws between two twists.
  public static let wordCount = 624
  private static let shift = 397

  /// The untempered state.
  private(set) var words: [UInt32]
  /// Where in `words` the next draw is.
  private(set) var position = 0
  /// How many draws are left before the next twist.
  private(set) var remaining = 0

  /// Starts the sequence that belongs to a seed.
  ///
  /// - Parameter seed: the standard seed of mt19937; 5489 gives the numbers of the published self test.
  public init(seed: UInt32) {
    var word = seed
    words = [word]
    words.reserveCapacity(Self.wordCount)
    for index in 1..<UInt32(Self.wordCount) {
      word = 1_812_433_253 &* (word ^ (word >> 30)) &+ index
      words.append(word)
    }
  }

  /// Continues a sequence from a saved place.
  ///
  /// - Precondition: 624 words, `position` at most 624, and `position + remaining` 624 or, for a state that was seeded
  ///   and not used, both 0.
  init(words: [UInt32], position: Int, remaining: Int) {
    precondition(words.count == Self.wordCount && Self.isPlace(position: position, remaining: remaining))
    self.words = words
    self.position = position
    self.remaining = remaining
  }

  /// Whether a state can be at this place between two draws.
  static func isPlace(position: Int, remaining: Int) -> Bool {
    if position == 0 { return remaining == 0 }
    return (1...wordCount).contains(position) && remaining == wordCount - position
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if remaining == 0 { renew() }
    let word = words[position]
    position += 1
    remaining -= 1
    return temper(word)
  }

  /// Fills a buffer with the next draws, in order: the same numbers as calling ``next()`` for each, many times faster.
  ///
  /// - Parameter destination: where the draws go; its old contents are not read.
  public mutating func fill(_ destination: UnsafeMutableBufferPointer<UInt32>) {
    guard let start = destination.baseAddress else { return }
    var done = 0
    while done < destination.count {
      if remaining == 0 { renew() }
      let count = min(remaining, destination.count - done)
      words.withUnsafeBufferPointer { words in
        guard let source = words.baseAddress else { return }
        temper(source + position, into: start + done, count: count)
      }
      position += count
      remaining -= count
      done += count
    }
  }

  /// Makes the next 624 words.
  private mutating func renew() {
    words.withUnsafeMutableBufferPointer { words in
      guard let words = words.baseAddress else { return }
      let (count, shift) = (Self.wordCount, Self.shift)
      // In two stretches, because a word needs the one 397 places on, which for the second stretch is one of the new
      // words at the front. Eight at a time never overtake what they need: 624 - 397 = 227 is more than eight.
      twist(words, 0..<count - shift, other: shift)
      twist(words, count - shift..<count - 1, other: shift - count)
      // The last word's successor is the first one.
      words[count - 1] = words[shift - 1] ^ mix(words[count - 1], words[0])
    }
    position = 0
    remaining = Self.wordCount
  }
}

/// Replaces each word of a range by its twist with its successor and the word `other` places away.
private func twist(_ words: UnsafeMutablePointer<UInt32>, _ range: Range<Int>, other: Int) {
  var index = range.lowerBound
  while index &+ 8 <= range.upperBound {
    let mixed = mix(load(words + index), load(words + (index &+ 1)))
    store(load(words + (index &+ other)) ^ mixed, words + index)
    index &+= 8
  }
  while index < range.upperBound {
    words[index] = words[index &+ other] ^ mix(words[index], words[index &+ 1])
    index &+= 1
  }
}

/// Tempers `count` words of the state into draws.
private func temper(_ source: UnsafePointer<UInt32>, into destination: UnsafeMutablePointer<UInt32>, count: Int) {
  var index = 0
  while index &+ 8 <= count {
    store(temper(load(source + index)), destination + index)
    index &+= 8
  }
  while index < count {
    destination[index] = temper(source[index])
    index &+= 1
  }
}

// MARK: The recurrence, for one word and for eight

@inline(__always)
private func mix(_ high: UInt32, _ low: UInt32) -> UInt32 {
  let word = (high & 0x8000_0000) | (low & 0x7fff_ffff)
  return (word &>> 1) ^ ((0 &- (word & 1)) & 0x9908_b0df)
}

@inline(__always)
private func mix(_ high: SIMD8<UInt32>, _ low: SIMD8<UInt32>) -> SIMD8<UInt32> {
  let word = (high & 0x8000_0000) | (low & 0x7fff_ffff)
  return (word &>> 1) ^ ((0 &- (word & 1)) & 0x9908_b0df)
}

@inline(__always)
private func temper(_ word: UInt32) -> UInt32 {
  var word = word
  word ^= word &>> 11
  word ^= (word &<< 7) & 0x9d2c_5680
  word ^= (word &<< 15) & 0xefc6_0000
  return word ^ (word &>> 18)
}

@inline(__always)
private func temper(_ word: SIMD8<UInt32>) -> SIMD8<UInt32> {
  var word = word
  word ^= word &>> 11
  word ^= (word &<< 7) & 0x9d2c_5680
  word ^= (word &<< 15) & 0xefc6_0000
  return word ^ (word &>> 18)
}

@inline(__always)
private func load(_ pointer: UnsafePointer<UInt32>) -> SIMD8<UInt32> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<UInt32>.self)
}

@inline(__always)
private func store(_ words: SIMD8<UInt32>, _ pointer: UnsafeMutablePointer<UInt32>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: words, as: SIMD8<UInt32>.self)
}
