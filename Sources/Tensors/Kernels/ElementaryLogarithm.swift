/// Logarithms and powers of Float32; see `Elementary`.
extension Elementary {

  // MARK: Logarithms

  /// The natural logarithm, within 1 ulp.
  ///
  /// `x = 2^i (1 + f)` with `1 + f` in [2/3, 4/3); `log(1 + f) = f + f² Q(f)` with Q of degree 8, relative error
  /// 2^-27.7. `log(±0)` is -∞ and `log` of a negative number NaN.
  @inline(__always)
  static func log(_ x: Vector) -> Vector {
    let (significand, exponent) = parts(x)
    let result = logOfOne(plus: significand - 1, exponent: exponent)
    return logOfLimits(x, result)
  }

  /// log(1 + x) without the rounding of 1 + x, within 1.6 ulp.
  ///
  /// The same reduction and polynomial as `log`, of `1 + f = 2^-i (1 + x)`, where `f` is computed from `x` itself.
  @inline(__always)
  static func log1p(_ x: Vector) -> Vector {
    let sum = 1 + x
    let exponentBits = (signedBits(sum) &- twoThirds) & exponentMask
    // f = 2^-i x + (2^-i - 1). Where i is not 0, |x| > 1/3, so that x's own exponent can be lowered by i;
    // 4 · 2^-i, unlike 2^-i, is a normal number up to i = 128.
    let scaled = vector(signedBits(x) &- exponentBits)
    let fourTimesScale = vector(SIMD8<Int32>(repeating: 0x4080_0000) &- exponentBits)
    let f = scaled + Vector(repeating: -1).addingProduct(fourTimesScale, Vector(repeating: 0.25))
    let result = logOfOne(plus: f, exponent: Vector(exponentBits &>> 23))
    // The sign of x is that of the result: so -0 stays -0.
    let signed = vector((bits(result) & 0x7fff_ffff) | (bits(x) & 0x8000_0000))
    return logOfLimits(sum, signed)
  }

  /// i log 2 + log(1 + f), for |f| ≤ 1/3.
  @inline(__always)
  private static func logOfOne(plus f: Vector, exponent: Vector) -> Vector {
    var q = Vector(repeating: -0x1.07c976p-3)
    q = fused(q, f, 0x1.1e67a0p-3)
    q = fused(q, f, -0x1.f332a2p-4)
    q = fused(q, f, 0x1.1ed660p-3)
    q = fused(q, f, -0x1.559c46p-3)
    q = fused(q, f, 0x1.99d044p-3)
    q = fused(q, f, -0x1.fffefcp-3)
    q = fused(q, f, 0x1.555506p-2)
    q = fused(q, f, -0x1p-1)
    return f.addingProduct(q, f * f).addingProduct(exponent, Vector(repeating: 0x1.62e430p-1))
  }

  /// The result, but -∞ at zero, +∞ at infinity and NaN below zero.
  @inline(__always)
  private static func logOfLimits(_ x: Vector, _ result: Vector) -> Vector {
    result
      .replacing(with: Vector(repeating: -.infinity), where: x .== 0)
      .replacing(with: x, where: x .== .infinity)
      .replacing(with: Vector(repeating: .nan), where: .!(x .>= 0))
  }

  /// The significand in [2/3, 4/3) and the exponent of a positive finite number, subnormal ones among them.
  @inline(__always)
  private static func parts(_ x: Vector) -> (significand: Vector, exponent: Vector) {
    let subnormal = x .< .leastNormalMagnitude
    let normal = x.replacing(with: x * 0x1p+23, where: subnormal)
    let exponentBits = (signedBits(normal) &- twoThirds) & exponentMask
    let offset = Vector(repeating: 0).replacing(with: Vector(repeating: -23), where: subnormal)
    return (vector(signedBits(normal) &- exponentBits), Vector(exponentBits &>> 23) + offset)
  }

  /// The bits of 2/3, rounded up.
  private static var twoThirds: SIMD8<Int32> {
    @inline(__always) get { SIMD8(repeating: 0x3f2a_aaab) }
  }

  private static var exponentMask: SIMD8<Int32> {
    @inline(__always) get { SIMD8(repeating: ~0x007f_ffff) }
  }

  // MARK: Powers

  /// x to the power of y, within 0.51 ulp, with all of C99's special cases.
  ///
  /// `2^(y log2 |x|)` in Float64: the exponent's error is multiplied by up to 88, more than Float32 can spare.
  /// `log2((1 + s) / (1 - s)) = s Q(s²)` with Q of degree 6, relative error 2^-49.2; `2^r = 1 + r Q(r)` on
  /// |r| ≤ 1/2 with Q of degree 6, relative error 2^-34.3.
  @inline(__always)
  static func pow(_ x: Vector, _ y: Vector) -> Vector {
    typealias Wide = SIMD8<Double>
    let base = magnitude(x)
    let (significand, exponent) = parts(base)
    let m = Wide(significand)
    let s = (m - 1) / (m + 1)
    let z = s * s
    var q = Wide(repeating: 0x1.01260afde224ap-2)
    q = Wide(repeating: 0x1.0ae9d8802b3fep-2).addingProduct(q, z)
    q = Wide(repeating: 0x1.485714ae59908p-2).addingProduct(q, z)
    q = Wide(repeating: 0x1.a61737025bd29p-2).addingProduct(q, z)
    q = Wide(repeating: 0x1.2776c534dd927p-1).addingProduct(q, z)
    q = Wide(repeating: 0x1.ec709dc3873b8p-1).addingProduct(q, z)
    q = Wide(repeating: 0x1.71547652b830ap+1).addingProduct(q, z)
    let wideBase = Wide(base)
    let logarithm = Wide(exponent).addingProduct(s, q)
      .replacing(with: Wide(repeating: -.infinity), where: wideBase .== 0)
      .replacing(with: wideBase, where: .!(wideBase .< .infinity))

    let wanted = Wide(y) * logarithm
    let bounded =
      wanted
      .replacing(with: Wide(repeating: -160), where: wanted .< -160)
      .replacing(with: Wide(repeating: 130), where: wanted .> 130)
    let shifted = bounded + 0x1.8p+52
    let r = bounded - (shifted - 0x1.8p+52)
    var p = Wide(repeating: 0x1.fde5f03e972b3p-17)
    p = Wide(repeating: 0x1.445c838bb256fp-13).addingProduct(p, r)
    p = Wide(repeating: 0x1.5d8a860d63220p-10).addingProduct(p, r)
    p = Wide(repeating: 0x1.3b29f39dec2fap-7).addingProduct(p, r)
    p = Wide(repeating: 0x1.c6b08ac059b55p-5).addingProduct(p, r)
    p = Wide(repeating: 0x1.ebfbe077864bfp-3).addingProduct(p, r)
    p = Wide(repeating: 0x1.62e42ff0e19a6p-1).addingProduct(p, r)
    p = Wide(repeating: 1).addingProduct(p, r)
    // The shift's own low bits are zero, and what is above 12 bits leaves on the left.
    let scale = (unsafeBitCast(shifted, to: SIMD8<Int64>.self) &+ 1023) &<< 52
    let power = Vector(p * unsafeBitCast(scale, to: Wide.self))
    return powerOfLimits(x, y, power)
  }

  /// |x|^y with the sign, the NaNs and the ones that x and y ask for.
  @inline(__always)
  private static func powerOfLimits(_ x: Vector, _ y: Vector, _ power: Vector) -> Vector {
    let size = magnitude(y)
    // Below 2²³ a float may have a fraction, which this sum rounds away; below 2²⁴ the last bit is worth 1.
    let shifted = size + 0x1p+23
    let small = size .< 0x1p+23
    let isInteger = .!small .| (shifted - 0x1p+23 .== size)
    let units = signedBits(size).replacing(with: signedBits(shifted), where: small)
    let isOdd = isInteger .& (size .< 0x1p+24) .& Self.isOdd(units)
    let sign = (signedBits(x) & Int32.min).replacing(with: 0, where: .!isOdd)
    let one = Vector(repeating: 1)
    return canonical(vector(signedBits(power) ^ sign))
      .replacing(
        with: Vector(repeating: .nan), where: (x .< 0) .& (x .> -.infinity) .& .!isInteger .& (size .<= .infinity)
      )
      .replacing(with: one, where: (magnitude(x) .== 1) .& (size .== .infinity))
      .replacing(with: one, where: (x .== 1) .| (y .== 0))
  }

}

// MARK: - One number

extension Elementary {
  /// The natural logarithm, within 1 ulp; the bits of a lane of the vector function.
  static func log(_ x: Float) -> Float { log(Vector(repeating: x))[0] }

  /// log(1 + x), within 1.6 ulp; the bits of a lane of the vector function.
  static func log1p(_ x: Float) -> Float { log1p(Vector(repeating: x))[0] }

  /// Every lane to the power of y, within 0.51 ulp.
  @inline(__always)
  static func pow(_ x: Vector, _ y: Float) -> Vector { pow(x, Vector(repeating: y)) }

  /// x to the power of y, within 0.51 ulp; the bits of a lane of the vector function.
  static func pow(_ x: Float, _ y: Float) -> Float { pow(Vector(repeating: x), Vector(repeating: y))[0] }
}
