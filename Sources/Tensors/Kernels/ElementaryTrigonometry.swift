/// Sine and cosine of Float32 over its whole range; see `Elementary`.
extension Elementary {

  /// The sine, within 1.6 ulp for every finite float; NaN of an infinity.
  ///
  /// `x = q π/2 + r`; sin r = r + r³ Q(r²) with Q of degree 3, relative error 2^-32.5, and cos r = 1 - r²/2 + r⁴ Q(r²)
  /// with Q of degree 2, 2^-32.6, both on |r| ≤ 0.8.
  @inline(__always)
  static func sin(_ x: Vector) -> Vector {
    let (r, quadrant) = reduced(x)
    return ofQuadrant(r, quadrant)
  }

  /// The cosine, within 1.6 ulp for every finite float; NaN of an infinity. Computed like the sine, a quarter turn on.
  @inline(__always)
  static func cos(_ x: Vector) -> Vector {
    let (r, quadrant) = reduced(x)
    return ofQuadrant(r, quadrant &+ 1)
  }

  /// The sine of r + q π/2.
  @inline(__always)
  private static func ofQuadrant(_ r: Vector, _ quadrant: SIMD8<Int32>) -> Vector {
    let z = r * r
    var s = Vector(repeating: 0x1.7a8aa6p-19)
    s = fused(s, z, -0x1.a053fap-13)
    s = fused(s, z, 0x1.111170p-7)
    s = fused(s, z, -0x1.555556p-3)
    // The sign of r is that of its sine: so -0 stays -0.
    let sine = withSign(of: r, r.addingProduct(s * z, r))
    var c = Vector(repeating: 0x1.99911cp-16)
    c = fused(c, z, -0x1.6c0af4p-10)
    c = fused(c, z, 0x1.555548p-5)
    c = fused(c, z, -0x1p-1)
    c = fused(c, z, 1)
    let result = sine.replacing(with: c, where: isOdd(quadrant))
    return canonical(vector(signedBits(result) ^ ((quadrant &<< 30) & Int32.min)))
  }

  /// `x = q π/2 + r` with |r| hardly above π/4, and q modulo 4 (its other bits mean nothing).
  @inline(__always)
  private static func reduced(_ x: Vector) -> (r: Vector, quadrant: SIMD8<Int32>) {
    let shifted = Vector(repeating: roundingShift).addingProduct(x, Vector(repeating: 0x1.45f306p-1))
    let q = shifted - roundingShift
    // π/2 in three floats; the first step is exact, since it cancels. All three are cut, not rounded: with products
    // of one sign -0 stays -0.
    let r = x.addingProduct(q, Vector(repeating: -0x1.921fb4p+0))
      .addingProduct(q, Vector(repeating: -0x1.4442d0p-24))
      .addingProduct(q, Vector(repeating: -0x1.846988p-48))
    let huge = magnitude(x) .> largestQuick
    return any(huge) ? reducedExactly(x, huge, r, signedBits(shifted)) : (r, signedBits(shifted))
  }

  /// Where three floats of π/2 end to be enough.
  private static var largestQuick: Float {
    @inline(__always) get { 0x1p+17 }
  }

  /// The reduction with as many digits of π as the huge lanes need; the other lanes keep what they have.
  @inline(never)
  private static func reducedExactly(
    _ x: Vector, _ huge: SIMDMask<SIMD8<Int32>>, _ r: Vector, _ quadrant: SIMD8<Int32>
  ) -> (r: Vector, quadrant: SIMD8<Int32>) {
    var r = r
    var quadrant = quadrant
    for lane in 0..<8 where huge[lane] {
      let exact = ElementaryDouble.reduced(Double(x[lane]))
      r[lane] = Float(exact.high)
      quadrant[lane] = Int32(truncatingIfNeeded: exact.quadrant)
    }
    return (r, quadrant)
  }
}

// MARK: - One number

extension Elementary {
  /// The sine, within 1.6 ulp; the bits of a lane of the vector function.
  static func sin(_ x: Float) -> Float { sin(Vector(repeating: x))[0] }

  /// The cosine, within 1.6 ulp; the bits of a lane of the vector function.
  static func cos(_ x: Float) -> Float { cos(Vector(repeating: x))[0] }
}
