/// The engine's own elementary functions of Float64, one number at a time, for schedules, bias corrections and
/// random numbers: the same bits on every machine, by the rules of `Elementary`.
///
/// Intermediate results that need more than 53 bits are sums of two doubles (`Pair`). The errors stated are the
/// largest found against 60-digit arithmetic over a million arguments, among them the hard ones near zeros of the result.
package enum ElementaryDouble {

  // MARK: Exponential

  /// The exponential, within 0.6 ulp (0.8 ulp where the result is subnormal).
  package static func exp(_ x: Double) -> Double { exp(Pair(x, 0)) }

  /// The exponential of a sum of two doubles.
  static func exp(_ x: Pair) -> Double {
    guard x.high == x.high else { return .nan }
    guard x.high < 710 else { return .infinity }
    guard x.high > -746 else { return 0 }
    let (difference, n) = exponentialMinusOne(x)
    let power = 1 + difference
    // 2^n does not fit in one double at the ends: two factors; the first product is exact, the second rounds.
    return (power.high + power.low) * powerOfTwo(n >> 1) * powerOfTwo(n - (n >> 1))
  }

  /// `e^r - 1` and `n`, with `x = n ln 2 + r`, |r| ≤ 0.3467.
  ///
  /// `e^r = 1 + r + r²/2 + r³ Q(r)` with Q of degree 8, relative error 2^-57.4.
  private static func exponentialMinusOne(_ x: Pair) -> (difference: Pair, n: Int) {
    let shifted = roundingShift.addingProduct(x.high, 0x1.71547652b82fep+0)
    let n = shifted - roundingShift
    let high = x.high.addingProduct(n, -logarithmOfTwo.high)  // exact
    let r = Pair(sum: high, x.low.addingProduct(n, -logarithmOfTwo.low))
    var q = 0x1.ad1fc4b1cf543p-26
    q = 0x1.289fa39aa4d52p-22.addingProduct(q, r.high)
    q = 0x1.71df55a8941bbp-19.addingProduct(q, r.high)
    q = 0x1.a019ab164978ep-16.addingProduct(q, r.high)
    q = 0x1.a01a011be0662p-13.addingProduct(q, r.high)
    q = 0x1.6c16c17cc9d32p-10.addingProduct(q, r.high)
    q = 0x1.111111112896fp-7.addingProduct(q, r.high)
    q = 0x1.55555555531f4p-5.addingProduct(q, r.high)
    q = 0x1.5555555555501p-3.addingProduct(q, r.high)
    // r²/2 in two doubles: its rounding would be the largest error of all.
    let half = Pair(product: 0.5 * r.high, r.high)
    let cube = half.high * 2 * r.high
    // r.low (1 + r) is what the low part adds.
    let rest = (half.low + r.low.addingProduct(r.low, r.high)).addingProduct(q, cube)
    let sum = Pair(fast: r.high, half.high)
    return (
      Pair(fast: sum.high, sum.low + rest), Int(truncatingIfNeeded: shifted.bitPattern &- roundingShift.bitPattern)
    )
  }

  /// The hyperbolic tangent, within 1 ulp.
  ///
  /// `tanh x = E / (E + 2)` with `E = e^2x - 1`.
  package static func tanh(_ x: Double) -> Double {
    let size = x.magnitude
    guard size == size else { return .nan }
    // Below, x³/3 is less than a hundredth of an ulp; above, the result is within 2^-58 of 1.
    guard size > 0x1p-30 else { return x }
    guard size < 20 else { return withSign(of: x, 1) }
    let (difference, n) = exponentialMinusOne(Pair(2 * size, 0))
    // E = 2^n (e^r - 1) + (2^n - 1).
    let scale = powerOfTwo(n)
    let e = (scale - 1) + Pair(scale * difference.high, scale * difference.low)
    let quotient = e / (2 + e)
    return withSign(of: x, quotient.high + quotient.low)
  }

  // MARK: Logarithms

  /// The natural logarithm, within 0.51 ulp.
  package static func log(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return logarithmOfLimit(x) }
    let result = logarithm(Pair(x, 0))
    return result.high + result.low
  }

  /// log(1 + x) without the rounding of 1 + x, within 0.51 ulp.
  package static func log1p(_ x: Double) -> Double {
    guard x > -1, x < .infinity else { return logarithmOfLimit(1 + x) }
    // Below, x²/2 is less than half an ulp of the subnormals' neighbors, and x, -0 too, is the result.
    guard x.magnitude > 0x1p-100 else { return x }
    let result = logarithm(Pair(sum: 1, x))
    return result.high + result.low
  }

  /// The logarithm of what is not a positive finite number.
  private static func logarithmOfLimit(_ x: Double) -> Double {
    x == 0 ? -.infinity : x > 0 ? .infinity : .nan
  }

  /// The logarithm of a positive finite number in two doubles, to about 2^-64 of it.
  ///
  /// `x = 2^k (1 + f)` with `1 + f` in [0.707, 1.414], `s = f / (2 + f)`;
  /// `log((1 + s) / (1 - s)) = 2 s + 2/3 s³ + s⁵ Q(s²)` with Q of degree 8, relative error 2^-77; the first two terms are
  /// computed in pairs.
  static func logarithm(_ x: Pair) -> Pair {
    var x = x
    var k = 0
    if x.high < .leastNormalMagnitude {
      x = Pair(x.high * 0x1p+54, x.low * 0x1p+54)
      k = -54
    }
    let exponent = Int(truncatingIfNeeded: Int64(bitPattern: x.high.bitPattern &- 0x3fe6_a09e_667f_3bcd) >> 52)
    let significand = Double(bitPattern: x.high.bitPattern &- UInt64(bitPattern: Int64(exponent)) << 52)
    // 2^-exponent in two factors, for it may be too large or too small for one.
    let low = x.low * powerOfTwo(-(exponent >> 1)) * powerOfTwo(-(exponent - (exponent >> 1)))
    k += exponent
    let f = Pair(sum: significand - 1, low)
    let s = f / (2 + f)
    let z = s * s
    var q = 0x1.eca18b8935878p-4
    q = 0x1.a508f54310650p-4.addingProduct(q, z.high)
    q = 0x1.e2657e37eb84ep-4.addingProduct(q, z.high)
    q = 0x1.110f1c37ba00dp-3.addingProduct(q, z.high)
    q = 0x1.3b13ba5a97f47p-3.addingProduct(q, z.high)
    q = 0x1.745d172bc8932p-3.addingProduct(q, z.high)
    q = 0x1.c71c71c747ea4p-3.addingProduct(q, z.high)
    q = 0x1.2492492492363p-2.addingProduct(q, z.high)
    q = 0x1.999999999999ap-2.addingProduct(q, z.high)
    // 2/3 in two doubles, and the rest of the series.
    let third = 0x1.5555555555555p-1 + Pair(sum: z.high * q, 0x1.5555555555555p-55)
    let tail = s * z * third
    let n = Double(k)
    let main = n * logarithmOfTwo.high + Pair(2 * s.high, 2 * s.low)  // the product is exact
    let sum = Pair(sum: main.high, tail.high)
    return Pair(fast: sum.high, sum.low + (main.low + tail.low.addingProduct(n, logarithmOfTwo.low)))
  }

  // MARK: Powers

  /// x to the power of y, within 0.6 ulp (0.8 ulp where the result is subnormal), with all of C99's special cases.
  package static func pow(_ x: Double, _ y: Double) -> Double {
    if x == 1 || y == 0 { return 1 }
    guard x == x, y == y else { return .nan }
    let size = x.magnitude
    let parity = Parity(y)
    if y.magnitude == .infinity {
      return size == 1 ? 1 : (size > 1) == (y > 0) ? .infinity : 0
    }
    let sign: Double = x.sign == .minus && parity == .odd ? -1 : 1
    if size == 0 || size == .infinity {
      return sign * ((size == 0) == (y < 0) ? .infinity : 0)
    }
    guard x > 0 || parity != .fraction else { return .nan }
    let logarithm = logarithm(Pair(size, 0))
    let high = y * logarithm.high
    guard high.magnitude < 800 else { return sign * (high > 0 ? .infinity : 0) }
    let low = (-high).addingProduct(y, logarithm.high).addingProduct(y, logarithm.low)
    return sign * exp(Pair(high, low))
  }

  private enum Parity {
    case even, odd, fraction

    init(_ y: Double) {
      let size = y.magnitude
      // Below 2⁵² a double may have a fraction, which this sum rounds away; below 2⁵³ the last bit is worth 1.
      let shifted = size + 0x1p+52
      if size < 0x1p+52, shifted - 0x1p+52 != size {
        self = .fraction
      } else if size < 0x1p+53 {
        self = (size < 0x1p+52 ? shifted : size).bitPattern & 1 == 1 ? .odd : .even
      } else {
        self = .even
      }
    }
  }

  // MARK: Building blocks

  /// ln 2, the first part cut to 32 bits, so that its product with an exponent is exact.
  private static var logarithmOfTwo: Pair {
    @inline(__always) get { Pair(0x1.62e42fee00000p-1, 0x1.a39ef35793c76p-33) }
  }

  /// 1.5 · 2⁵²: added to |x| < 2⁵¹, it leaves x rounded to the nearest integer (ties to even) in the low bits.
  static var roundingShift: Double {
    @inline(__always) get { 0x1.8p+52 }
  }

  /// 2^n for -1022 ≤ n ≤ 1023.
  @inline(__always)
  static func powerOfTwo(_ n: Int) -> Double { Double(bitPattern: UInt64(truncatingIfNeeded: n &+ 1023) << 52) }

  /// A result that is positive or zero, with the sign of `x`, that of -0 too.
  @inline(__always)
  static func withSign(of x: Double, _ result: Double) -> Double {
    Double(bitPattern: result.bitPattern | (x.bitPattern & 0x8000_0000_0000_0000))
  }
}
