extension Digits {
  /// Two parts that share no digit: one to learn from, one to be tested on.
  public struct Split: Sendable, Equatable {
    /// The digits to learn from.
    public let training: Digits
    /// The digits held out.
    public let test: Digits
    /// Where the digits of each part stood, rising.
    public let trainingIndices, testIndices: [Int]

    init(_ digits: Digits, testIndices: [Int]) {
      var isTest = [Bool](repeating: false, count: digits.count)
      for index in testIndices { isTest[index] = true }
      self.testIndices = isTest.indices.filter { isTest[$0] }
      trainingIndices = isTest.indices.filter { !isTest[$0] }
      test = digits.subset(self.testIndices)
      training = digits.subset(trainingIndices)
    }
  }

  /// How many digits a split holds out, a fifth of all.
  public static let testCount = 360

  /// The last 360 digits held out: mostly of writers whom the training part has never seen, hence harder.
  public var writerSplit: Split {
    Split(self, testIndices: Array(max(count - Self.testCount, 0)..<count))
  }

  /// 360 digits drawn by chance and held out, each class in proportion.
  ///
  /// The seats of the test part go to the classes by largest remainder (Hamilton), ties to the lower digit. Then, from
  /// 0 to 9, the places of each class in rising order are shuffled (Fisher–Yates from the end, one ``SplitMix64`` for
  /// all), and the first ones are held out. Both parts keep the order of the whole.
  public func stratifiedSplit(seed: UInt64) -> Split {
    var members = [[Int]](repeating: [], count: Self.classCount)
    for (index, label) in labels.enumerated() { members[label].append(index) }
    let seats = Self.allocate(min(Self.testCount, count), to: members.map(\.count))
    var generator = SplitMix64(seed: seed)
    var testIndices: [Int] = []
    for (places, seats) in zip(members, seats) {
      var places = places
      for last in places.indices.dropFirst().reversed() {
        places.swapAt(last, generator.next(below: last + 1))
      }
      testIndices += places.prefix(seats)
    }
    return Split(self, testIndices: testIndices)
  }

  /// Shares out seats in proportion to sizes by largest remainder, ties to the lower index.
  static func allocate(_ seats: Int, to sizes: [Int]) -> [Int] {
    let total = sizes.reduce(0, +)
    guard total > 0 else { return sizes.map { _ in 0 } }
    var shares = sizes.map { seats * $0 / total }
    let byRemainder = sizes.indices.sorted { left, right in
      let (first, second) = (seats * sizes[left] % total, seats * sizes[right] % total)
      return first == second ? left < right : first > second
    }
    for index in byRemainder.prefix(seats - shares.reduce(0, +)) { shares[index] += 1 }
    return shares
  }
}

/// A small generator for splits (Steele, Lea and Flood 2014), so that a split depends on its seed alone.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A number from 0 up to but not including `bound`, each equally likely: draws that would favor some are repeated.
  mutating func next(below bound: Int) -> Int {
    let bound = UInt64(bound)
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let bits = next()
      if bits < limit { return Int(bits % bound) }
    }
  }
}
