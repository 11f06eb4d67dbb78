import Support

extension Generator {
  /// Draws integers of a range, as PyTorch's `randint` does.
  ///
  /// One draw an integer for ranges of fewer than 2²⁸ integers, else two. The draw is reduced by its remainder, as in
  /// PyTorch; the first integers of a range are favored by at most one part in sixteen for the widest ranges of one
  /// draw and by nothing that could be measured for narrow ones.
  ///
  /// - Parameters:
  ///   - range: where the integers come from, not empty.
  ///   - count: how many integers to draw.
  /// - Returns: the integers, in the order that they were drawn.
  public func integers(in range: Range<Int>, count: Int) -> [Int] {
    if range.isEmpty { fail("integers", "the range \(range) is empty") }
    if count < 0 { fail("integers", "the count \(count) is negative") }
    MemoryPool.require(count, width: 8, shape: [count], "integers")
    // The difference may be more than an Int can hold, and as an unsigned number it is right all the same.
    let width = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
    return (0..<count).map { _ in
      let draw = width < 1 << 28 ? UInt64(nextUInt32()) : nextUInt64()
      return range.lowerBound &+ Int(truncatingIfNeeded: draw % width)
    }
  }

  /// Draws one integer of a range, as PyTorch's `randint` does.
  ///
  /// - Parameter range: where the integer comes from, not empty.
  public func integer(in range: Range<Int>) -> Int {
    integers(in: range, count: 1)[0]
  }

  /// Puts the integers of `0..<count` in random order, as PyTorch's `randperm` does.
  ///
  /// The method is Fisher and Yates's shuffle from the front, with one draw for each position but the last.
  ///
  /// - Parameter count: how many integers there are; fewer than 214,748,364, beyond which PyTorch uses another method.
  public func permutation(_ count: Int) -> [Int] {
    sample(count, of: count)
  }

  /// Draws different integers of `0..<population` in random order: the front part of ``permutation(_:)``, for as many
  /// draws as it takes.
  ///
  /// - Parameters:
  ///   - count: how many integers to draw, at most `population`.
  ///   - population: how many integers there are to choose from; fewer than 214,748,364.
  /// - Returns: the integers, in the order that they were drawn.
  public func sample(_ count: Int, of population: Int) -> [Int] {
    if count < 0 || count > population { fail("sample", "\(count) different integers of \(population)") }
    if population >= Int(UInt32.max / 20) { fail("sample", "a population of \(population) is too large") }
    MemoryPool.require(population, width: 8, shape: [population], "sample")
    var integers = Array(0..<population)
    for position in 0..<max(0, min(count, population - 1)) {
      let other = position + Int(nextUInt32()) % (population - position)
      integers.swapAt(position, other)
    }
    integers.removeSubrange(count...)
    return integers
  }
}
