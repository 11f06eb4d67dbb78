import Support

extension Generator {
  /// Fills a buffer with normal numbers, as PyTorch's `normal_` and, with the defaults, `randn` do for a contiguous
  /// tensor.
  ///
  /// The method is that of Box and Muller (1958). From 16 elements on it works on blocks of 16: uniform numbers fill the
  /// buffer first, one draw an element, and each block is turned in place; elements behind the last whole block are
  /// made by drawing the last 16 elements of the buffer anew. Fewer than 16 elements are made one by one in double
  /// precision by ``nextNormal()``.
  ///
  /// - Parameters:
  ///   - elements: where the numbers go, in order.
  ///   - mean: the mean of the distribution.
  ///   - std: its standard deviation, not negative.
  public func fillNormal(
    _ elements: UnsafeMutableBufferPointer<Float>, mean: Double = 0, std: Double = 1
  ) {
    if !(std >= 0) { fail("normal", "a standard deviation of \(std)") }
    guard let start = elements.baseAddress else { return }
    guard elements.count >= 16 else {
      for index in elements.indices { elements[index] = Float(nextNormal() * std + mean) }
      return
    }
    let transform = BoxMuller(mean: Float(mean), std: Float(std))
    // Chunk by chunk, so that a block is turned while it is in the cache; the draws keep their order.
    for first in stride(from: 0, to: elements.count, by: Self.chunkCount) {
      let count = min(Self.chunkCount, elements.count - first)
      fillUniform(UnsafeMutableBufferPointer(start: start + first, count: count))
      transform.turn(start + first, blockCount: count / 16)
    }
    if elements.count % 16 != 0 {
      let last = start + (elements.count - 16)
      fillUniform(UnsafeMutableBufferPointer(start: last, count: 16))
      transform.turn(last, blockCount: 1)
    }
  }
}

/// Turns blocks of 16 uniform numbers into blocks of 16 normal ones.
private struct BoxMuller {
  let mean: SIMD8<Float>
  let std: SIMD8<Float>

  init(mean: Float, std: Float) {
    self.mean = SIMD8(repeating: mean)
    self.std = SIMD8(repeating: std)
  }

  /// Of a block, numbers 0 to 7 give the radii and 8 to 15 the angles; the cosines go to the first half, the sines to
  /// the second.
  func turn(_ blocks: UnsafeMutablePointer<Float>, blockCount: Int) {
    // Float(2π), rounded to nearest: Float.pi is rounded towards zero.
    let twoPi = Float(2 * Double.pi)
    var block = UnsafeMutableRawPointer(blocks)
    for _ in 0..<blockCount {
      // 1 - u is in 0 <..., 1], of which there is a logarithm.
      let first = 1 - block.loadUnaligned(as: SIMD8<Float>.self)
      let second = block.loadUnaligned(fromByteOffset: 32, as: SIMD8<Float>.self)
      let radius = (-2 * Cephes.log(first)).squareRoot()
      let (sine, cosine) = Cephes.sinCos(twoPi * second)
      block.storeBytes(of: mean.addingProduct(radius * cosine, std), as: SIMD8<Float>.self)
      block.storeBytes(
        of: mean.addingProduct(radius * sine, std), toByteOffset: 32, as: SIMD8<Float>.self)
      block += 64
    }
  }
}
