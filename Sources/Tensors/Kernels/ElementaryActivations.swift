extension Elementary {
  /// x Φ(x) = ½ x (1 + erf(x / √2)), the Gaussian error linear unit (Hendrycks and Gimpel 2016).
  @inline(__always)
  static func gelu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    (0.5 * x) * (1 + erf(x * 0.707_106_781_186_547_5))
  }

  /// Φ(x) + x φ(x), the derivative of GELU.
  @inline(__always)
  static func geluDerivative(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let cumulative = 0.5 * (1 + erf(x * 0.707_106_781_186_547_5))
    let density = exp(-0.5 * (x * x)) * 0.398_942_280_401_432_7
    return cumulative.addingProduct(x, density)
  }

  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), the approximation of GELU that GPT-2 uses.
  @inline(__always)
  static func geluTanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
    (0.5 * x) * (1 + tanh(0.797_884_560_802_865_4 * (x + 0.044715 * (x * x * x))))
  }

  /// The derivative of `geluTanh`.
  @inline(__always)
  static func geluTanhDerivative(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let square = x * x
    let t = tanh(0.797_884_560_802_865_4 * (x + 0.044715 * (square * x)))
    let slope = 0.797_884_560_802_865_4 * (1 + 0.134145 * square)
    return 0.5 * (1 + t) + (0.5 * x) * ((1 - t * t) * slope)
  }

  /// x σ(1.702 x), the approximation of GELU that CLIP uses.
  @inline(__always)
  static func quickGelu(_ x: SIMD8<Float>) -> SIMD8<Float> { x * sigmoid(1.702 * x) }

  /// The derivative of `quickGelu`.
  @inline(__always)
  static func quickGeluDerivative(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let s = sigmoid(1.702 * x)
    return s + (1.702 * x) * (s * (1 - s))
  }
}
