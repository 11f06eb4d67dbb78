// Comparisons give masks: tensors of 1 (true) and 0 (false). No gradient passes through them.

extension Tensor {
  /// 1 where `a` is greater.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { combined(a.detached(), b.detached(), Greater(), ".>") }
  /// 1 where `a` is greater or equal.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor {
    combined(a.detached(), b.detached(), GreaterOrEqual(), ".>=")
  }
  /// 1 where `a` is less.
  public static func .< (a: Tensor, b: Tensor) -> Tensor {
    calling(".<", ("left", a.shape), ("right", b.shape)) { b .> a }
  }
  /// 1 where `a` is less or equal.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor {
    calling(".<=", ("left", a.shape), ("right", b.shape)) { b .>= a }
  }
  /// 1 where they are equal.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { combined(a.detached(), b.detached(), Equal(), ".==") }
  /// 1 where they differ.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor {
    calling(".!=", ("left", a.shape), ("right", b.shape)) { 1 - (a .== b) }
  }

  /// 1 where `a` is greater than a number.
  public static func .> (a: Tensor, b: Float) -> Tensor { a .> Tensor(b) }
  /// 1 where `a` is greater than or equal to a number.
  public static func .>= (a: Tensor, b: Float) -> Tensor { a .>= Tensor(b) }
  /// 1 where `a` is less than a number.
  public static func .< (a: Tensor, b: Float) -> Tensor { a .< Tensor(b) }
  /// 1 where `a` is less than or equal to a number.
  public static func .<= (a: Tensor, b: Float) -> Tensor { a .<= Tensor(b) }
  /// 1 where `a` is equal to a number.
  public static func .== (a: Tensor, b: Float) -> Tensor { a .== Tensor(b) }
  /// 1 where `a` is other than a number.
  public static func .!= (a: Tensor, b: Float) -> Tensor { a .!= Tensor(b) }

  /// `a` where the mask is not 0, `b` elsewhere; shapes broadcast.
  public static func `where`(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    calling("where", ("mask", mask.shape), ("then", a.shape), ("else", b.shape)) { chosen(mask, a, b) }
  }

  private static func chosen(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    let keep = mask.detached() .!= 0
    let shape = Shape.broadcast(Shape.broadcast(a.shape, b.shape, "where"), keep.shape, "where")
    // Values are chosen, not multiplied, so that NaN and infinity on the other side do not leak in.
    let chosenA = combined(a.detached().expand(shape), keep.expand(shape), KeepWhere(), "where")
    let chosenB = combined(b.detached().expand(shape), (1 - keep).expand(shape), KeepWhere(), "where")
    let (shapeA, shapeB) = (a.requiresGrad ? a.shape : nil, b.requiresGrad ? b.shape : nil)
    return combined(chosenA, chosenB, JoinBits(), "where").recording(a, b) { g in
      [
        shapeA.map { combined(g, keep.expand(shape), KeepWhere(), "where").summed(to: $0) },
        shapeB.map { combined(g, (1 - keep).expand(shape), KeepWhere(), "where").summed(to: $0) },
      ]
    }
  }

  /// This tensor with `value` wherever the mask is not 0; the mask broadcasts.
  public func maskedFill(_ mask: Tensor, _ value: Float) -> Tensor {
    if Shape.broadcast(shape, mask.shape, "maskedFill") != shape {
      fail("maskedFill", "a mask of shape \(mask.shape) is larger than the tensor's shape \(shape)")
    }
    return calling("maskedFill", ("tensor", shape), ("mask", mask.shape)) { Tensor.where(mask, Tensor(value), self) }
  }
}

private struct Greater: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: 1, where: x .> y)
  }
}

private struct GreaterOrEqual: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: 1, where: x .>= y)
  }
}

private struct Equal: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: 1, where: x .== y)
  }
}

/// Of two numbers one of which is +0: the other, bit for bit (a sum would lose the sign of -0).
private struct JoinBits: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    unsafeBitCast(
      unsafeBitCast(x, to: SIMD8<UInt32>.self) | unsafeBitCast(y, to: SIMD8<UInt32>.self), to: SIMD8<Float>.self)
  }
}

private struct KeepWhere: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ keep: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: x, where: keep .!= 0)
  }
}
