extension ElementaryDouble {
  /// A number as the sum of two doubles, the second not more than half an ulp of the first: about 106 bits.
  ///
  /// Dekker (1971), with the fused multiply-add that gives the error of a product in one step.
  struct Pair {
    let high: Double
    let low: Double

    @inline(__always)
    init(_ high: Double, _ low: Double) {
      self.high = high
      self.low = low
    }

    /// The exact sum of two doubles (Knuth).
    @inline(__always)
    init(sum a: Double, _ b: Double) {
      let sum = a + b
      let part = sum - a
      self.init(sum, (a - (sum - part)) + (b - part))
    }

    /// The exact sum of two doubles, the first not smaller in magnitude than the second, or zero.
    @inline(__always)
    init(fast a: Double, _ b: Double) {
      let sum = a + b
      self.init(sum, b - (sum - a))
    }

    /// The exact product of two doubles.
    @inline(__always)
    init(product a: Double, _ b: Double) {
      let product = a * b
      self.init(product, (-product).addingProduct(a, b))
    }

    @inline(__always)
    static func + (a: Double, b: Pair) -> Pair {
      let sum = Pair(sum: a, b.high)
      return Pair(fast: sum.high, sum.low + b.low)
    }

    @inline(__always)
    static func * (a: Pair, b: Pair) -> Pair {
      let product = Pair(product: a.high, b.high)
      let cross = (a.high * b.low).addingProduct(a.low, b.high)
      return Pair(fast: product.high, product.low + cross)
    }

    @inline(__always)
    static func / (a: Pair, b: Pair) -> Pair {
      let quotient = a.high / b.high
      let remainder = a.high.addingProduct(-quotient, b.high) + a.low.addingProduct(-quotient, b.low)
      return Pair(fast: quotient, remainder / b.high)
    }
  }
}
