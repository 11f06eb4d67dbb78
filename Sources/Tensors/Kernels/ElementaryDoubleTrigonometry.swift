/// Sine and cosine of Float64 over its whole range; see `ElementaryDouble`.
extension ElementaryDouble {

  /// The sine, within 0.8 ulp for every finite number; NaN of an infinity.
  package static func sin(_ x: Double) -> Double {
    guard x.magnitude < .infinity else { return .nan }
    // Below, x³/6 is less than a tenth of an ulp, and x, -0 too, is the result.
    guard x.magnitude > 0x1p-27 else { return x }
    let r = reduced(x)
    return ofQuadrant(Pair(r.high, r.low), r.quadrant)
  }

  /// The cosine, within 0.8 ulp for every finite number; NaN of an infinity.
  package static func cos(_ x: Double) -> Double {
    guard x.magnitude < .infinity else { return .nan }
    let r = reduced(x)
    return ofQuadrant(Pair(r.high, r.low), r.quadrant &+ 1)
  }

  /// The sine of r + q π/2.
  ///
  /// On |r| ≤ 0.7855: sin r = r + r³ Q(r²) with Q of degree 5, relative error 2^-57.9; cos r = 1 - r²/2 + r⁴ Q(r²)
  /// with Q of degree 5, 2^-63.9. The low part of r enters in first order.
  private static func ofQuadrant(_ r: Pair, _ quadrant: Int) -> Double {
    let z = r.high * r.high
    let result: Double
    if quadrant & 1 == 0 {
      var q = 0x1.5d8b5533fcb40p-33
      q = (-0x1.ae5e4b82ca728p-26).addingProduct(q, z)
      q = 0x1.71de35552a41ap-19.addingProduct(q, z)
      q = (-0x1.a01a019be920cp-13).addingProduct(q, z)
      q = 0x1.111111110f730p-7.addingProduct(q, z)
      q = (-0x1.5555555555548p-3).addingProduct(q, z)
      let rest = (r.low * (1 - 0.5 * z)).addingProduct(q, z * r.high)
      result = withSign(of: r.high, r.high + rest)
    } else {
      var q = -0x1.8fa65e973312dp-37
      q = 0x1.1ee9db8e3537dp-29.addingProduct(q, z)
      q = (-0x1.27e4f7f14110cp-22).addingProduct(q, z)
      q = 0x1.a01a019c8ed07p-16.addingProduct(q, z)
      q = (-0x1.6c16c16c15013p-10).addingProduct(q, z)
      q = 0x1.555555555554bp-5.addingProduct(q, z)
      let square = Pair(product: -0.5 * r.high, r.high)
      let sum = Pair(fast: 1, square.high)
      result = sum.high + (sum.low + (square.low - r.high * r.low).addingProduct(q, z * z))
    }
    return quadrant & 2 == 0 ? result : -result
  }

  /// `x = q π/2 + high + low` with |high| hardly above π/4, and q modulo 4 (its other bits mean nothing).
  ///
  /// Up to 2²⁸ with π/2 in three doubles (Cody and Waite), beyond with as many digits of 2/π as it takes (Payne and
  /// Hanek). Not a number for an infinity or NaN.
  static func reduced(_ x: Double) -> (high: Double, low: Double, quadrant: Int) {
    guard x.magnitude < 0x1p+28 else { return reducedHuge(x) }
    let shifted = roundingShift.addingProduct(x, 0x1.45f306dc9c883p-1)
    let q = shifted - roundingShift
    let first = x.addingProduct(q, -0x1.921fb54442d18p+0)  // exact: it cancels
    let second = Pair(product: q, -0x1.1a62633145c07p-54)
    let sum = Pair(sum: first, second.high)
    let r = Pair(fast: sum.high, sum.low + second.low.addingProduct(q, 0x1.f1976b7ed8fbcp-110))
    return (r.high, r.low, Int(truncatingIfNeeded: shifted.bitPattern & 3))
  }

  /// The reduction by integer arithmetic on 192 bits of 2/π.
  private static func reducedHuge(_ x: Double) -> (high: Double, low: Double, quadrant: Int) {
    guard x.magnitude < .infinity else { return (.nan, 0, 0) }
    // |x| = m 2^e with an integer m of 53 bits. Bits of 2/π above 2^(2-e) give multiples of four quadrants: skip them.
    let m = x.significandBitPattern | 0x0010_0000_0000_0000
    let skipped = Int(x.exponentBitPattern) - 1023 - 52 - 2 + 64  // the table has 64 zeros in front
    let word = skipped >> 6
    let shift = UInt64(skipped & 63)
    func window(_ i: Int) -> UInt64 {
      let above = twoOverPi(word: word + i)
      return shift == 0 ? above : above << shift | twoOverPi(word: word + i + 1) >> (64 - shift)
    }
    // m times the window, modulo four quadrants: three words, the top two bits the quadrant.
    let (carryLow, low) = m.multipliedFullWidth(by: window(2))
    let (carryMiddle, product) = m.multipliedFullWidth(by: window(1))
    let (middle, overflow) = product.addingReportingOverflow(carryLow)
    let high = m &* window(0) &+ carryMiddle &+ (overflow ? 1 : 0)

    // The fraction of a quadrant, as a magnitude of at most one half; beyond, it counts from the next quadrant.
    var quadrant = Int(high >> 62)
    var fraction = (high << 2 | middle >> 62, middle << 2 | low >> 62, low << 2)
    let isNegative = fraction.0 >> 63 == 1
    if isNegative {
      quadrant += 1
      fraction.2 = ~fraction.2 &+ 1
      fraction.1 = ~fraction.1 &+ (fraction.2 == 0 ? 1 : 0)
      fraction.0 = ~fraction.0 &+ (fraction.2 == 0 && fraction.1 == 0 ? 1 : 0)
    }
    var scale = 0x1p-64
    if fraction.0 == 0 {
      fraction = (fraction.1, fraction.2, 0)
      scale = 0x1p-128
    }
    let zeros = UInt64(fraction.0.leadingZeroBitCount)
    if zeros > 0 {
      fraction = (fraction.0 << zeros | fraction.1 >> (64 - zeros), fraction.1 << zeros | fraction.2 >> (64 - zeros), 0)
      scale *= powerOfTwo(-Int(zeros))
    }
    // 53 bits and the 53 that follow.
    let top = Double(fraction.0 >> 11) * 0x1p+11
    let rest = Double((fraction.0 & 0x7ff) << 42 | fraction.1 >> 22) * 0x1p-42
    let r = Pair(top * scale, rest * scale) * Pair(0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54)
    return isNegative == (x < 0)
      ? (r.high, r.low, x < 0 ? -quadrant : quadrant) : (-r.high, -r.low, x < 0 ? -quadrant : quadrant)
  }

  /// 64 zero bits, then the first 1,216 bits of 2/π, the most that the largest double needs.
  private static func twoOverPi(word: Int) -> UInt64 {
    switch word {
    case 1: 0xa2f9_836e_4e44_1529
    case 2: 0xfc27_57d1_f534_ddc0
    case 3: 0xdb62_9599_3c43_9041
    case 4: 0xfe51_63ab_debb_c561
    case 5: 0xb724_6e3a_424d_d2e0
    case 6: 0x0649_2eea_09d1_921c
    case 7: 0xfe1d_eb1c_b129_a73e
    case 8: 0xe882_35f5_2ebb_4484
    case 9: 0xe99c_7026_b45f_7e41
    case 10: 0x3991_d639_8353_39f4
    case 11: 0x9c84_5f8b_bdf9_283b
    case 12: 0x1ff8_97ff_de05_980f
    case 13: 0xef2f_118b_5a0a_6d1f
    case 14: 0x6d36_7ecf_27cb_09b7
    case 15: 0x4f46_3f66_9e5f_ea2d
    case 16: 0x7527_bac7_ebe5_f17b
    case 17: 0x3d07_39f7_8a52_92ea
    case 18: 0x6bfb_5fb1_1f8d_5d08
    case 19: 0x5603_3046_fc7b_6bab
    default: 0
    }
  }
}
