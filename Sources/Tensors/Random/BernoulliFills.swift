import Support

extension Generator {
  /// Fills a buffer with ones, each with the given probability, and zeros, as PyTorch's `bernoulli_(p)` does.
  ///
  /// Two draws an element: one of 53 bits, compared with `probability` in double precision.
  ///
  /// - Parameters:
  ///   - elements: where the ones and zeros go, in order.
  ///   - probability: that of a one, of `0...1`.
  public func fillBernoulli(_ elements: UnsafeMutableBufferPointer<Float>, probability: Double) {
    fill(elements, with: 1, probability: probability)
  }

  /// Fills a buffer with ones, each with a probability of its own, and zeros, as PyTorch's `bernoulli(p)` does for a
  /// Float tensor `p`.
  ///
  /// One draw an element: 24 bits, compared with the element's probability in single precision.
  ///
  /// - Parameters:
  ///   - elements: where the ones and zeros go, in order.
  ///   - probabilities: those of a one, as many as there are elements, each of `0...1`.
  public func fillBernoulli(
    _ elements: UnsafeMutableBufferPointer<Float>, probabilities: UnsafeBufferPointer<Float>
  ) {
    if elements.count != probabilities.count {
      fail("bernoulli", "\(probabilities.count) probabilities for \(elements.count) elements")
    }
    for probability in probabilities where !(0...1).contains(probability) {
      fail("bernoulli", "\(probability) is not a probability")
    }
    forEachChunk(of: elements, drawsPerElement: 1) { draws, chunk, start in
      for index in chunk.indices {
        let unit = Float(draws[index] & 0xff_ffff) * 0x1p-24
        chunk[index] = unit < probabilities[start + index] ? 1 : 0
      }
    }
  }

  /// Fills a buffer with the factors of dropout (Srivastava et al. 2014), as PyTorch's `dropout` does in training.
  ///
  /// An element is 0 with the given probability and otherwise `1 / Float(1 - probability)`, so that the mean stays what it
  /// was. Two draws an element, and none at all if the probability is 0 (all factors are 1) or 1 (all are 0).
  ///
  /// - Parameters:
  ///   - elements: where the factors go, in order.
  ///   - probability: that of an element being dropped, of `0...1`.
  public func fillDropoutMask(_ elements: UnsafeMutableBufferPointer<Float>, probability: Double) {
    if !(0...1).contains(probability) { fail("dropout", "\(probability) is not a probability") }
    if probability == 0 || probability == 1 {
      elements.update(repeating: probability == 0 ? 1 : 0)
    } else {
      fill(elements, with: 1 / Float(1 - probability), probability: 1 - probability)
    }
  }

  /// Fills a buffer with a value at the given probability, and with 0 otherwise.
  private func fill(_ elements: UnsafeMutableBufferPointer<Float>, with value: Float, probability: Double) {
    if !(0...1).contains(probability) { fail("bernoulli", "\(probability) is not a probability") }
    // For integers k, k / 2⁵³ < p says the same as k < ⌈p · 2⁵³⌉, and scaling by a power of two is exact.
    let threshold = UInt64((probability * 0x1p53).rounded(.up))
    forEachChunk(of: elements, drawsPerElement: 2) { draws, chunk, _ in
      guard let source = draws.baseAddress, let destination = chunk.baseAddress else { return }
      for index in 0..<chunk.count {
        let high = UInt64(source[2 &* index] & 0x1f_ffff)
        let bits = high &<< 32 | UInt64(source[2 &* index &+ 1])
        destination[index] = bits < threshold ? value : 0
      }
    }
  }
}
