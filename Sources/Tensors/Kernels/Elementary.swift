/// The engine's own elementary functions of Float32, eight lanes at a time.
///
/// A system's `expf`, `tanhf`, `sinf` differ in their last bits from machine to machine, and even between two
/// processors under one library. These are made only of operations that IEEE 754 fixes to the bit: addition,
/// multiplication, division, fused multiply-add, comparisons and integer arithmetic on bit patterns. So they give
/// the same bits wherever they run, and a scalar gives the bits of a vector's lane, since it is computed as one.
///
/// Every NaN that comes out is the same one (`0x7fc00000`), for processors differ in the sign and payload of theirs.
/// Infinities, signed zeros, overflow and gradual underflow are as C99's Annex F has them.
///
/// The polynomials are minimax fits by `Tests/TensorsTests/fit_elementary.py`. The largest errors stated here were
/// found by going through all 2³² arguments against Float64 functions; an ulp is the distance between the two
/// floats next to the exact value. (`pow`, of two arguments, was gone through for some values of each.)
enum Elementary {
  typealias Vector = SIMD8<Float>

  // MARK: Exponential

  /// The exponential, within 0.9 ulp.
  ///
  /// `x = n ln 2 + r` (Cody and Waite, with fused multiply-adds); `e^r = 1 + r + r² Q(r)` on |r| ≤ 0.3467 with
  /// Q of degree 4, relative error 2^-28.2. Subnormal results are rounded from a product of full precision.
  @inline(__always)
  static func exp(_ x: Vector) -> Vector {
    // Beyond these ends the result is infinite, or zero, all the same; NaN fails both comparisons and stays.
    let bounded = x.clamped(from: -104, to: 89)
    let (power, shifted) = expParts(bounded)
    let n = signedBits(shifted) &- signedBits(Vector(repeating: roundingShift))
    // 2^n does not fit in one float at the ends: two factors; the first product is exact, the second rounds.
    let half = n &>> 1
    return canonical(power * powerOfTwo(half) * powerOfTwo(n &- half))
  }

  /// The exponential where the result is a normal number, |x| ≤ 87. For NaN it gives anything.
  @inline(__always)
  static func expOfModerate(_ x: Vector) -> Vector {
    let (power, shifted) = expParts(x)
    // Times 2^n: n, the lowest bits of `shifted`, is added to the exponent.
    return vector(signedBits(power) &+ signedBits(shifted) &<< 23)
  }

  /// `e^r` and `n + roundingShift`, with `x = n ln 2 + r`.
  @inline(__always)
  private static func expParts(_ x: Vector) -> (power: Vector, shifted: Vector) {
    let shifted = Vector(repeating: roundingShift).addingProduct(x, Vector(repeating: 0x1.715476p+0))
    let n = shifted - roundingShift
    let r = x.addingProduct(n, Vector(repeating: -0x1.62e430p-1))
      .addingProduct(n, Vector(repeating: 0x1.05c610p-29))
    var p = Vector(repeating: 0x1.6a4f8ap-10)
    p = fused(p, r, 0x1.123988p-7)
    p = fused(p, r, 0x1.5558aep-5)
    p = fused(p, r, 0x1.555492p-3)
    p = fused(p, r, 0x1.fffffcp-2)
    p = fused(p, r, 1)
    p = fused(p, r, 1)
    return (p, shifted)
  }

  /// The logistic function 1 / (1 + e^-x), within 1.5 ulp; small results keep their precision down to the subnormals.
  @inline(__always)
  static func sigmoid(_ x: Vector) -> Vector {
    // e^-|x| never overflows: 1 / (1 + e^-x) = e^x / (1 + e^x).
    let e = exp(-magnitude(x))
    let numerator = Vector(repeating: 1).replacing(with: e, where: x .< 0)
    let denominator = 1 + e
    let reciprocal = 1 / denominator
    let quotient = numerator * reciprocal
    // What the quotient still lacks, with what the sum 1 + e lost to rounding.
    let lost = e - (denominator - 1)
    let remainder = numerator.addingProduct(-quotient, denominator).addingProduct(-quotient, lost)
    return canonical(quotient.addingProduct(remainder, reciprocal))
  }

  // MARK: Hyperbolic tangent and error function

  /// The hyperbolic tangent, within 1.4 ulp.
  ///
  /// |x| < 0.625: x + x³ Q(x²) with Q of degree 4, relative error 2^-27.7. Else 1 - 2 / (e^2x + 1).
  @inline(__always)
  static func tanh(_ x: Vector) -> Vector {
    let a = magnitude(x)
    let z = a * a
    var q = Vector(repeating: -0x1.750ce2p-8)
    q = fused(q, z, 0x1.51f8cep-6)
    q = fused(q, z, -0x1.b835a4p-5)
    q = fused(q, z, 0x1.1106f6p-3)
    q = fused(q, z, -0x1.555532p-2)
    let small = a.addingProduct(q * z, a)
    // From 9.02 on the result is 1.
    let bounded = a.clamped(to: 10)
    let large = 1 - 2 / (expOfModerate(bounded + bounded) + 1)
    return withSign(of: x, large.replacing(with: small, where: a .< 0.625)).replacing(with: .nan, where: x .!= x)
  }

  /// The error function, within 1.1 ulp.
  ///
  /// |x| < 0.84375: x + x Q(x²) with Q of degree 5, relative error 2^-27.3. Else 1 - e^-P(|x|) with
  /// P(t) = -log erfc t = t + t Q(t) and Q of degree 7, fitted on [0.84375, 4] so that the error that reaches
  /// erf is at most 2^-29.5.
  @inline(__always)
  static func erf(_ x: Vector) -> Vector {
    erfOfNumber(x, complement: expOfModerate(erfcExponent(x))).replacing(with: .nan, where: x .!= x)
  }

  /// -P(|x|) = log erfc |x|, where erf(x) needs it.
  @inline(__always)
  static func erfcExponent(_ x: Vector) -> Vector {
    // From 3.92 on, erf is 1.
    let t = magnitude(x).clamped(to: 4)
    var p = Vector(repeating: 0x1.09688ep-17)
    p = fused(p, t, -0x1.304a80p-12)
    p = fused(p, t, 0x1.cc674ap-9)
    p = fused(p, t, -0x1.80eabcp-6)
    p = fused(p, t, 0x1.b1e624p-4)
    p = fused(p, t, 0x1.454a16p-1)
    p = fused(p, t, 0x1.07624ap-3)
    return -t.addingProduct(p, t)
  }

  /// The error function, given e to the power of `erfcExponent(x)`. For NaN it gives anything.
  @inline(__always)
  static func erfOfNumber(_ x: Vector, complement: Vector) -> Vector {
    let a = magnitude(x)
    let z = a * a
    var q = Vector(repeating: -0x1.4e3b50p-11)
    q = fused(q, z, 0x1.4bbc48p-8)
    q = fused(q, z, -0x1.b73f58p-6)
    q = fused(q, z, 0x1.ce25e8p-4)
    q = fused(q, z, -0x1.812728p-2)
    q = fused(q, z, 0x1.06eba8p-3)
    let small = a.addingProduct(q, a)
    return withSign(of: x, (1 - complement).replacing(with: small, where: a .< 0.84375))
  }
}

// MARK: - One number

extension Elementary {
  /// The exponential, within 0.9 ulp; the bits of a lane of the vector function.
  static func exp(_ x: Float) -> Float { exp(Vector(repeating: x))[0] }

  /// The logistic function, within 1.5 ulp; the bits of a lane of the vector function.
  static func sigmoid(_ x: Float) -> Float { sigmoid(Vector(repeating: x))[0] }

  /// The hyperbolic tangent, within 1.4 ulp; the bits of a lane of the vector function.
  static func tanh(_ x: Float) -> Float { tanh(Vector(repeating: x))[0] }

  /// The error function, within 1.1 ulp; the bits of a lane of the vector function.
  static func erf(_ x: Float) -> Float { erf(Vector(repeating: x))[0] }
}

// MARK: - Building blocks

extension Elementary {
  /// 1.5 · 2²³: added to |x| < 2²², it leaves x rounded to the nearest integer (ties to even) in the low bits.
  /// A vector instruction on every processor, where `rounded()` can become a call of the C library.
  static var roundingShift: Float {
    @inline(__always) get { 0x1.8p+23 }
  }

  /// `sum * x + coefficient`, rounded once: a step of Horner's rule.
  @inline(__always)
  static func fused(_ sum: Vector, _ x: Vector, _ coefficient: Float) -> Vector {
    Vector(repeating: coefficient).addingProduct(sum, x)
  }

  @inline(__always)
  static func bits(_ x: Vector) -> SIMD8<UInt32> { unsafeBitCast(x, to: SIMD8<UInt32>.self) }

  @inline(__always)
  static func signedBits(_ x: Vector) -> SIMD8<Int32> { unsafeBitCast(x, to: SIMD8<Int32>.self) }

  @inline(__always)
  static func vector(_ bits: SIMD8<UInt32>) -> Vector { unsafeBitCast(bits, to: Vector.self) }

  @inline(__always)
  static func vector(_ bits: SIMD8<Int32>) -> Vector { unsafeBitCast(bits, to: Vector.self) }

  /// 2^n for -126 ≤ n ≤ 127.
  @inline(__always)
  static func powerOfTwo(_ n: SIMD8<Int32>) -> Vector { vector((n &+ 127) &<< 23) }

  @inline(__always)
  static func magnitude(_ x: Vector) -> Vector { vector(bits(x) & 0x7fff_ffff) }

  /// Where the integer is odd. By a comparison of floats: the standard library compares integer vectors lane by lane.
  @inline(__always)
  static func isOdd(_ n: SIMD8<Int32>) -> SIMDMask<SIMD8<Int32>> { vector((n & 1) &<< 30) .!= 0 }

  /// A result that is positive or zero, with the sign of `x`, that of -0 too.
  @inline(__always)
  static func withSign(of x: Vector, _ result: Vector) -> Vector {
    vector(bits(result) | (bits(x) & 0x8000_0000))
  }

  /// The numbers as they are, every NaN replaced by the one NaN.
  @inline(__always)
  static func canonical(_ x: Vector) -> Vector {
    x.replacing(with: Vector(repeating: .nan), where: x .!= x)
  }
}

extension SIMD8<Float> {
  /// At most `upper`; NaN stays NaN.
  @inline(__always)
  func clamped(to upper: Float) -> Self {
    replacing(with: Self(repeating: upper), where: self .> upper)
  }

  /// At least `lower`; NaN stays NaN.
  @inline(__always)
  func clamped(from lower: Float) -> Self {
    replacing(with: Self(repeating: lower), where: self .< lower)
  }

  /// Between `lower` and `upper`; NaN stays NaN.
  @inline(__always)
  func clamped(from lower: Float, to upper: Float) -> Self {
    clamped(from: lower).clamped(to: upper)
  }
}
