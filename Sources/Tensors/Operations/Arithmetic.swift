// Sums, differences, products and quotients, with broadcasting. All operations follow one pattern: check the
// shapes, compute, record the gradient, return.

import Support

extension Tensor {
  /// Element by element; shapes broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    // The gradient needs only the shapes of the operands.
    let (shapeA, shapeB) = (a.requiresGrad ? a.shape : nil, b.requiresGrad ? b.shape : nil)
    return combined(a, b, AddKernel(), "+").recording(a, b) { g in
      [shapeA.map { g.summed(to: $0) }, shapeB.map { g.summed(to: $0) }]
    }
  }

  /// Element by element; shapes broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let (shapeA, shapeB) = (a.requiresGrad ? a.shape : nil, b.requiresGrad ? b.shape : nil)
    return combined(a, b, MinusKernel(), "-").recording(a, b) { g in
      [shapeA.map { g.summed(to: $0) }, shapeB.map { (-g).summed(to: $0) }]
    }
  }

  /// Element by element; shapes broadcast. (The matrix product is `matmul`.)
  public static func * (a: Tensor, b: Tensor) -> Tensor { product(a, b, "*") }

  /// The product as a step of `operation`.
  static func product(_ a: Tensor, _ b: Tensor, _ operation: String) -> Tensor {
    // The derivative by each factor is the other factor.
    let (keptA, keptB) = (a.saved(if: b.requiresGrad), b.saved(if: a.requiresGrad))
    let (shapeA, shapeB) = (a.shape, b.shape)
    return combined(a, b, TimesKernel(), operation).recording(a, b) { g in
      [
        keptB.map { (g * $0.unchanged(for: operation)).summed(to: shapeA) },
        keptA.map { (g * $0.unchanged(for: operation)).summed(to: shapeB) },
      ]
    }
  }

  /// Element by element; shapes broadcast.
  public static func / (a: Tensor, b: Tensor) -> Tensor { quotient(a, b, "/") }

  /// The quotient as a step of `operation`.
  static func quotient(_ a: Tensor, _ b: Tensor, _ operation: String) -> Tensor {
    let (keptA, keptB) = (a.saved(if: b.requiresGrad), b.saved)
    let (shapeA, shapeB) = (a.requiresGrad ? a.shape : nil, b.shape)
    return combined(a, b, OverKernel(), operation).recording(a, b) { g in
      let b = keptB.unchanged(for: operation)
      return [
        shapeA.map { (g / b).summed(to: $0) },
        keptA.map { (-(g * $0.unchanged(for: operation)) / (b * b)).summed(to: shapeB) },
      ]
    }
  }

  /// The larger of two, element by element; shapes broadcast. Where they are equal, each gets half of the gradient.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (keptA, keptB) = (a.saved, b.saved)
    return combined(a, b, MaximumKernel(), "maximum").recording(a, b) { g in
      let (a, b) = (keptA.unchanged(for: "maximum"), keptB.unchanged(for: "maximum"))
      let shareOfA = combined(a, b, ShareOfFirst(), "maximum")
      return [(g * shareOfA).summed(to: a.shape), (g * (1 - shareOfA)).summed(to: b.shape)]
    }
  }

  /// The smaller of two, element by element; shapes broadcast. Where they are equal, each gets half of the gradient.
  public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    calling("minimum", ("first", a.shape), ("second", b.shape)) { -maximum(-a, -b) }
  }

  /// Adds a number to each element.
  public static func + (a: Tensor, b: Float) -> Tensor { a + Tensor(b) }
  /// Adds each element to a number.
  public static func + (a: Float, b: Tensor) -> Tensor { Tensor(a) + b }
  /// Subtracts a number from each element.
  public static func - (a: Tensor, b: Float) -> Tensor { a - Tensor(b) }
  /// Subtracts each element from a number.
  public static func - (a: Float, b: Tensor) -> Tensor { Tensor(a) - b }
  /// Multiplies each element by a number.
  public static func * (a: Tensor, b: Float) -> Tensor { a * Tensor(b) }
  /// Multiplies a number by each element.
  public static func * (a: Float, b: Tensor) -> Tensor { Tensor(a) * b }
  /// Divides each element by a number.
  public static func / (a: Tensor, b: Float) -> Tensor { a / Tensor(b) }
  /// Divides a number by each element.
  public static func / (a: Float, b: Tensor) -> Tensor { Tensor(a) / b }
  /// Puts the sum in place of `a`; gradients pass as through `+`.
  public static func += (a: inout Tensor, b: Tensor) {
    a = calling("+=", ("left", a.shape), ("right", b.shape)) { a + b }
  }
  /// Puts the difference in place of `a`; gradients pass as through `-`.
  public static func -= (a: inout Tensor, b: Tensor) {
    a = calling("-=", ("left", a.shape), ("right", b.shape)) { a - b }
  }
  /// Puts the product in place of `a`; gradients pass as through `*`.
  public static func *= (a: inout Tensor, b: Tensor) {
    a = calling("*=", ("left", a.shape), ("right", b.shape)) { a * b }
  }
  /// Puts the quotient in place of `a`; gradients pass as through `/`.
  public static func /= (a: inout Tensor, b: Tensor) {
    a = calling("/=", ("left", a.shape), ("right", b.shape)) { a / b }
  }

  /// The opposite of every element.
  public static prefix func - (a: Tensor) -> Tensor {
    a.mapped(NegateKernel()).recording(a) { [-$0] }
  }
}

private struct MinusKernel: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { x - y }
}

private struct OverKernel: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { x / y }
}

private struct MaximumKernel: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    // NaN in either wins, as in PyTorch.
    let larger = y.replacing(with: x, where: x .> y)
    return larger.replacing(with: x + y, where: (x .!= x) .| (y .!= y))
  }
}

/// The share of the gradient of a maximum that goes to the first number.
private struct ShareOfFirst: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>(repeating: 0).replacing(with: 1, where: x .> y).replacing(with: 0.5, where: x .== y)
  }
}

private struct NegateKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { -x }
}
