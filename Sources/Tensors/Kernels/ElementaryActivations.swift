/// GELU in its three forms, and their derivatives, eight lanes at a time; see `Elementary`.
///
/// The formulas are PyTorch's. For very negative arguments the factor 1 + erf, or 1 + tanh, has lost all but its
/// absolute precision, there as here: errors are stated as absolute ones.
extension Elementary {

  // MARK: GELU with the error function

  /// GELU (Hendrycks and Gimpel 2016), `0.5 x (1 + erf(x / √2))`.
  @inline(__always)
  static func gelu(_ x: Vector) -> Vector {
    0.5 * bounded(x) * (1 + erf(x * squareRootOfHalf))
  }

  /// The derivative of `gelu`, `0.5 (1 + erf(x / √2)) + x e^(-x²/2) / √(2π)`.
  @inline(__always)
  static func geluDerivative(_ x: Vector) -> Vector {
    // From 13 on, e^(-x²/2) is less than 2^-120; the bound keeps the squares small and ∞ · 0 away.
    let y = x.clamped(from: -13, to: 13)
    let cumulative = 0.5 * (1 + erf(x * squareRootOfHalf))
    let density = expOfModerate(-0.5 * y * y) * 0x1.988454p-2  // 1 / √(2π)
    return canonical(cumulative.addingProduct(y, density))
  }

  // MARK: GELU with the hyperbolic tangent

  /// The approximation of GELU, `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
  @inline(__always)
  static func geluTanh(_ x: Vector) -> Vector {
    0.5 * bounded(x) * (1 + tanh(geluTanhArgument(x)))
  }

  /// The derivative of `geluTanh`.
  @inline(__always)
  static func geluTanhDerivative(_ x: Vector) -> Vector {
    // From 13 on, 1 - tanh² is 0; the bound keeps the squares small and ∞ · 0 away.
    let y = x.clamped(from: -13, to: 13)
    let t = tanh(geluTanhArgument(y))
    let inner = squareRootOfTwoOverPi * fused(3 * geluTanhCubic * y, y, 1)
    return canonical((0.5 * (1 + t)).addingProduct(0.5 * y * inner, 1 - t * t))
  }

  /// √(2/π) (x + 0.044715 x³).
  @inline(__always)
  private static func geluTanhArgument(_ x: Vector) -> Vector {
    squareRootOfTwoOverPi * x.addingProduct(geluTanhCubic * x, x * x)
  }

  // MARK: GELU with the logistic function

  /// The quick approximation of GELU that CLIP uses, `x σ(1.702 x)`.
  @inline(__always)
  static func quickGELU(_ x: Vector) -> Vector {
    canonical(x.clamped(from: -64) * sigmoid(quickGELUSlope * x))
  }

  /// The derivative of `quickGELU`, `σ(1.702 x) (1 + 1.702 x (1 - σ(1.702 x)))`.
  @inline(__always)
  static func quickGELUDerivative(_ x: Vector) -> Vector {
    // From 64 on, σ is 0 or 1; the bound keeps ∞ · 0 away.
    let argument = quickGELUSlope * x.clamped(from: -64, to: 64)
    let s = sigmoid(argument)
    return canonical(s.addingProduct(s * argument, 1 - s))
  }

  // MARK: Constants

  /// Below -13 every form of 1 + erf or 1 + tanh is 0: the bound makes it zero times a number, -∞ too.
  @inline(__always)
  private static func bounded(_ x: Vector) -> Vector { x.clamped(from: -13) }

  private static var squareRootOfHalf: Float {
    @inline(__always) get { 0x1.6a09e6p-1 }
  }

  private static var squareRootOfTwoOverPi: Float {
    @inline(__always) get { 0x1.988454p-1 }
  }

  private static var geluTanhCubic: Float {
    @inline(__always) get { 0.044715 }
  }

  private static var quickGELUSlope: Float {
    @inline(__always) get { 1.702 }
  }
}
