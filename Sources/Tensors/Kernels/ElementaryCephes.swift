/// The logarithm, sine and cosine inside PyTorch's normally distributed random numbers, bit for bit.
///
/// PyTorch's Box–Muller kernel for AVX2 evaluates the single-precision polynomials of Moshier's Cephes library with
/// fused multiply-adds. Random numbers that are to be PyTorch's need these; everything else uses `Elementary`.
/// Which operand of a sum is the fused one decides about last bits, so the order of every step matters.
enum Cephes {
  typealias Vector = SIMD8<Float>

  /// The natural logarithm of positive numbers; subnormal ones and zero count as 2^-126.
  @inline(__always)
  static func log(_ x: Vector) -> Vector {
    let bits = unsafeBitCast(x.clamped(from: .leastNormalMagnitude), to: SIMD8<Int32>.self)
    // x = 2^e m with m in [0.5, 1), then in [√½, √2).
    let exponent = Vector((bits &>> 23) &- 126)
    let significand = unsafeBitCast((bits & 0x007f_ffff) | 0x3f00_0000, to: Vector.self)
    let isSmall = significand .< 0.707106781186547524
    let e = exponent.replacing(with: exponent - 1, where: isSmall)
    let excess = significand - 1
    let m = excess.replacing(with: excess + significand, where: isSmall)

    var p = Vector(repeating: 7.0376836292e-2)
    p = Elementary.fused(p, m, -1.1514610310e-1)
    p = Elementary.fused(p, m, 1.1676998740e-1)
    p = Elementary.fused(p, m, -1.2420140846e-1)
    p = Elementary.fused(p, m, 1.4249322787e-1)
    p = Elementary.fused(p, m, -1.6668057665e-1)
    p = Elementary.fused(p, m, 2.0000714765e-1)
    p = Elementary.fused(p, m, -2.4999993993e-1)
    p = Elementary.fused(p, m, 3.3333331174e-1)
    let square = m * m
    let tail = (e * -2.12194440e-4).addingProduct(p * m, square)
      .addingProduct(square, Vector(repeating: -0.5))
    return (m + tail).addingProduct(e, Vector(repeating: 0.693359375))
  }

  /// The sine of 0 ≤ x < 8192.
  @inline(__always)
  static func sin(_ x: Vector) -> Vector { sinCos(x).sin }

  /// The cosine of 0 ≤ x < 8192.
  @inline(__always)
  static func cos(_ x: Vector) -> Vector { sinCos(x).cos }

  /// Sine and cosine of 0 ≤ x < 8192.
  @inline(__always)
  static func sinCos(_ x: Vector) -> (sin: Vector, cos: Vector) {
    // The octant, cut to an integer, made even upwards. A conversion that cuts would be eight scalar ones.
    let octants = x * 1.27323954473516
    let nearest = (octants + 0x1p+23) - 0x1p+23
    let cut = nearest.replacing(with: nearest - 1, where: nearest .> octants)
    let octant = (unsafeBitCast(cut + 0x1p+23, to: SIMD8<Int32>.self) &- 0x4b00_0000 &+ 1) & ~1
    let y = Vector(octant)
    let r = x.addingProduct(y, Vector(repeating: -0.78515625))
      .addingProduct(y, Vector(repeating: -2.4187564849853515625e-4))
      .addingProduct(y, Vector(repeating: -3.77489497744594108e-8))
    let z = r * r

    var c = Vector(repeating: 2.443315711809948e-5)
    c = Elementary.fused(c, z, -1.388731625493765e-3)
    c = Elementary.fused(c, z, 4.166664568298827e-2)
    let cosine = (-(z * 0.5)).addingProduct(c * z, z) + 1

    var s = Vector(repeating: -1.9515295891e-4)
    s = Elementary.fused(s, z, 8.3321608736e-3)
    s = Elementary.fused(s, z, -1.6666654611e-1)
    let sine = r.addingProduct(s * z, r)

    let isSwapped = Elementary.isOdd(octant &>> 1)
    let sineSign = (octant & 4) &<< 29
    let cosineSign = (~(octant &- 2) & 4) &<< 29
    return (
      withSignChanged(sine.replacing(with: cosine, where: isSwapped), sineSign),
      withSignChanged(cosine.replacing(with: sine, where: isSwapped), cosineSign)
    )
  }

  @inline(__always)
  private static func withSignChanged(_ x: Vector, _ sign: SIMD8<Int32>) -> Vector {
    unsafeBitCast(unsafeBitCast(x, to: SIMD8<Int32>.self) ^ sign, to: Vector.self)
  }
}
