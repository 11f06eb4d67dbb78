import Support

extension Generator {
  /// How many elements a fill makes at a time: their draws stay in the first-level cache. A multiple of 16, the block
  /// of ``fillNormal(_:mean:std:)``.
  static let chunkCount = 1024

  /// Fills a buffer with uniform numbers, as PyTorch's `uniform_(a, b)` and, with the default range, `rand` do.
  ///
  /// One draw an element. Both bounds are rounded to Float first; the value is `u · (b - a) + a` rounded once, with `u`
  /// of 24 random bits; a value that rounding has brought up to `b` becomes `a`.
  ///
  /// - Parameters:
  ///   - elements: where the numbers go, in order.
  ///   - range: the half-open range of the numbers.
  public func fillUniform(_ elements: UnsafeMutableBufferPointer<Float>, in range: Range<Double> = 0..<1) {
    let lower = Float(range.lowerBound)
    let upper = Float(range.upperBound)
    if !(upper - lower).isFinite { fail("uniform", "the range \(range) is wider than a Float can be") }
    forEachChunk(of: elements, drawsPerElement: 1) { draws, chunk, _ in
      scale(draws, into: chunk, lower: lower, upper: upper)
    }
  }

  /// Calls a closure for one stretch of the buffer after the other, each with the draws that belong to its elements
  /// and with the index of its first element.
  func forEachChunk(
    of elements: UnsafeMutableBufferPointer<Float>,
    drawsPerElement: Int,
    _ body: (UnsafeMutableBufferPointer<UInt32>, UnsafeMutableBufferPointer<Float>, Int) -> Void
  ) {
    let capacity = min(Self.chunkCount, elements.count) * drawsPerElement
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: capacity) { buffer in
      var start = 0
      while start < elements.count {
        let count = min(Self.chunkCount, elements.count - start)
        let draws = UnsafeMutableBufferPointer(rebasing: buffer[..<(count * drawsPerElement)])
        twister.fill(draws)
        body(draws, UnsafeMutableBufferPointer(rebasing: elements[start..<start + count]), start)
        start += count
      }
    }
  }
}

/// Turns draws into uniform numbers of `lower..<upper`.
private func scale(
  _ draws: UnsafeMutableBufferPointer<UInt32>,
  into elements: UnsafeMutableBufferPointer<Float>,
  lower: Float,
  upper: Float
) {
  guard let source = draws.baseAddress, let destination = elements.baseAddress else { return }
  let width = upper - lower
  var index = 0
  let lower8 = SIMD8(repeating: lower)
  let width8 = SIMD8(repeating: width)
  let upper8 = SIMD8(repeating: upper)
  while index &+ 8 <= elements.count {
    let bits = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD8<UInt32>.self) & 0xff_ffff
    // As signed integers, which the processor converts directly; 24 bits fit either way.
    let unit = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: bits)) * 0x1p-24
    let value = lower8.addingProduct(unit, width8)
    let result = value.replacing(with: lower8, where: value .== upper8)
    UnsafeMutableRawPointer(destination + index).storeBytes(of: result, as: SIMD8<Float>.self)
    index &+= 8
  }
  while index < elements.count {
    let value = lower.addingProduct(Float(source[index] & 0xff_ffff) * 0x1p-24, width)
    destination[index] = value == upper ? lower : value
    index &+= 1
  }
}
