/// GELU in its three forms, and their derivatives, eight lanes at a time; see `Elementary`.
///
/// They are PyTorch's functions, and differ from the exact value by at most 2.5e-7 of the larger of it and 1. At an
/// infinity they take their limits, ∞ and -0 for a value, 1 and 0 for a derivative.
extension Elementary {

  // MARK: GELU with the error function

  /// GELU (Hendrycks and Gimpel 2016), `0.5 x (1 + erf(x / √2))`.
  @inline(__always)
  static func gelu(_ x: Vector) -> Vector { gelu(x, onePlusErf: geluOnePlusErf(x)) }

  /// The derivative of `gelu`, `0.5 (1 + erf(x / √2)) + x e^(-x²/2) / √(2π)`.
  @inline(__always)
  static func geluDerivative(_ x: Vector) -> Vector {
    geluDerivative(x, onePlusErf: geluOnePlusErf(x), density: expOfModerate(geluDensityExponent(x)))
  }

  /// What value and derivative share, `1 + erf(x / √2)`. For NaN it gives anything.
  @inline(__always)
  static func geluOnePlusErf(_ x: Vector) -> Vector { geluOnePlusErf(x, complement: expOfModerate(geluExponent(x))) }

  /// The exponent that `geluOnePlusErf` needs the exponential of.
  @inline(__always)
  static func geluExponent(_ x: Vector) -> Vector { erfcExponent(x * squareRootOfHalf) }

  @inline(__always)
  static func geluOnePlusErf(_ x: Vector, complement: Vector) -> Vector {
    1 + erfOfNumber(x * squareRootOfHalf, complement: complement)
  }

  @inline(__always)
  static func gelu(_ x: Vector, onePlusErf sum: Vector) -> Vector {
    // Below -13 the sum is 0: the bound makes it zero times a number, where x is -∞ too.
    canonical(0.5 * x.clamped(from: -13) * sum)
  }

  /// The exponent that `geluDerivative` needs the exponential of, -x²/2.
  @inline(__always)
  static func geluDensityExponent(_ x: Vector) -> Vector {
    let y = boundedForDensity(x)
    return -0.5 * y * y
  }

  @inline(__always)
  static func geluDerivative(_ x: Vector, onePlusErf sum: Vector, density: Vector) -> Vector {
    let cumulative = 0.5 * sum
    let slope = cumulative.addingProduct(boundedForDensity(x), density * 0x1.988454p-2)  // 1 / √(2π)
    return canonical(slope.replacing(with: 0, where: x .< -13.19))
  }

  /// Beyond 13.19 the derivative's second term is less than 10^-36, and e^(-x²/2) soon no normal number: 0 and 1 from
  /// there on.
  @inline(__always)
  private static func boundedForDensity(_ x: Vector) -> Vector { x.clamped(from: -13.19, to: 13.19) }

  // MARK: GELU with the hyperbolic tangent

  /// The approximation of GELU, `0.5 x (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)`.
  ///
  /// Computed as the equal `x σ(2u)`, which for negative x cancels nothing.
  @inline(__always)
  static func geluTanh(_ x: Vector) -> Vector {
    canonical(x.clamped(from: -13) * logistic(geluTanhArgument(x)).value)
  }

  /// The derivative of `geluTanh`, `σ(2u) + x σ(2u) (1 - σ(2u)) 2u'`.
  @inline(__always)
  static func geluTanhDerivative(_ x: Vector) -> Vector {
    // From 13 on, the second term is 0; the bound keeps the squares small and ∞ · 0 away.
    let y = x.clamped(from: -13, to: 13)
    let sigma = logistic(geluTanhArgument(y))
    let inner = twiceSquareRootOfTwoOverPi * fused(3 * geluTanhCubic * y, y, 1)
    return canonical(sigma.value.addingProduct(y * inner, sigma.slope))
  }

  /// 2u = 2 √(2/π) (x + 0.044715 x³).
  @inline(__always)
  private static func geluTanhArgument(_ x: Vector) -> Vector {
    twiceSquareRootOfTwoOverPi * x.addingProduct(geluTanhCubic * x, x * x)
  }

  // MARK: GELU with the logistic function

  /// The quick approximation of GELU that CLIP uses, `x σ(1.702 x)`.
  @inline(__always)
  static func quickGelu(_ x: Vector) -> Vector {
    // Below -64, σ is 0.
    canonical(x.clamped(from: -64) * logistic(quickGeluSlope * x).value)
  }

  /// The derivative of `quickGelu`, `σ(1.702 x) + 1.702 x σ(1.702 x) (1 - σ(1.702 x))`.
  @inline(__always)
  static func quickGeluDerivative(_ x: Vector) -> Vector {
    // From 64 on, the second term is 0; the bound keeps ∞ · 0 away.
    let argument = quickGeluSlope * x.clamped(from: -64, to: 64)
    let sigma = logistic(argument)
    return canonical(sigma.value.addingProduct(argument, sigma.slope))
  }

  /// σ(x) and its derivative σ(x) (1 - σ(x)), without the cancellation of 1 - σ; both to a few ulp.
  @inline(__always)
  private static func logistic(_ x: Vector) -> (value: Vector, slope: Vector) {
    let e = exp(-magnitude(x))
    let larger = 1 / (1 + e)
    let smaller = e * larger
    return (larger.replacing(with: smaller, where: x .< 0), smaller * larger)
  }

  // MARK: Constants

  private static var squareRootOfHalf: Float {
    @inline(__always) get { 0x1.6a09e6p-1 }
  }

  private static var twiceSquareRootOfTwoOverPi: Float {
    @inline(__always) get { 0x1.988454p+0 }
  }

  private static var geluTanhCubic: Float {
    @inline(__always) get { 0.044715 }
  }

  private static var quickGeluSlope: Float {
    @inline(__always) get { 1.702 }
  }
}
