// Comparisons give masks: tensors of 1 (true) and 0 (false). No gradient passes through them. `where`, `maskedFill`,
// `tril` and `triu` use masks.

import Support

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
    // Values are chosen, not multiplied by 0 or 1, because 0 times NaN or infinity is NaN.
    let chosenA = combined(a.detached().expand(shape), keep.expand(shape), ZeroUnless(), "where")
    let chosenB = combined(b.detached().expand(shape), (1 - keep).expand(shape), ZeroUnless(), "where")
    let (shapeA, shapeB) = (a.requiresGrad ? a.shape : nil, b.requiresGrad ? b.shape : nil)
    return combined(chosenA, chosenB, BitwiseOr(), "where").recording(a, b) { g in
      [
        shapeA.map { combined(g, keep.expand(shape), ZeroUnless(), "where").summed(to: $0) },
        shapeB.map { combined(g, (1 - keep).expand(shape), ZeroUnless(), "where").summed(to: $0) },
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

  /// The lower triangle of the last two dimensions, zeros elsewhere; `diagonal` above 0 keeps more.
  public func tril(diagonal: Int = 0) -> Tensor { triangle("tril") { $1 - $0 <= diagonal } }

  /// The upper triangle of the last two dimensions, zeros elsewhere; `diagonal` above 0 keeps less.
  public func triu(diagonal: Int = 0) -> Tensor { triangle("triu") { $1 - $0 >= diagonal } }

  private func triangle(_ operation: String, _ keeps: (Int, Int) -> Bool) -> Tensor {
    if rank < 2 { fail(operation, "a tensor of shape \(shape) is no matrix") }
    let (rows, columns) = (size(-2), size(-1))
    MemoryPool.require(count, shape: shape, operation)
    let mask = Tensor(shape: [rows, columns], operation) { out in
      for i in 0..<rows { for j in 0..<columns { out[i * columns + j] = keeps(i, j) ? 1 : 0 } }
    }
    return calling(operation, ("tensor", shape)) { Tensor.where(mask, self, Tensor(0)) }
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

/// Of two numbers, one of which is +0, the other one. (Their sum would lose the sign of -0.)
private struct BitwiseOr: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    unsafeBitCast(
      unsafeBitCast(x, to: SIMD8<UInt32>.self) | unsafeBitCast(y, to: SIMD8<UInt32>.self), to: SIMD8<Float>.self)
  }
}

/// The number where the mask is not 0, and 0 elsewhere.
private struct ZeroUnless: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ keep: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>.zero.replacing(with: x, where: keep .!= 0)
  }
}
