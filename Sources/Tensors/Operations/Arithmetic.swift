// Sums, differences, products and quotients, with broadcasting. All operations follow one pattern: check the
// shapes, compute, record how the gradient passes back, return.

extension Tensor {
  /// Element by element; shapes broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    // Only the shapes are kept for the way back, not the operands.
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
    // Each factor is the other one's slope.
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
      let shareOfA = combined(a, b, GreaterShare(), "maximum")
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

  // MARK: How it is done

  /// A function of two tensors, element by element, broadcast to a common shape.
  static func combined<Kernel: BinaryKernel>(
    _ a: Tensor, _ b: Tensor, _ kernel: Kernel, _ operation: String
  ) -> Tensor {
    combined(a, b, operation) { x, stepX, y, stepY, count, out in
      Pointwise.map(kernel, x, step: stepX, y, step: stepY, count: count, to: out)
    }
  }

  /// The part of it that is the same for all functions, so that it is compiled once and not with each of them.
  ///
  /// - Parameter run: writes the results for a run of `count` pairs; a step of 0 repeats one number along the run.
  @inline(never)
  private static func combined(
    _ a: Tensor, _ b: Tensor, _ operation: String,
    _ run: (
      _ x: UnsafePointer<Float>, _ stepX: Int, _ y: UnsafePointer<Float>, _ stepY: Int, _ count: Int,
      _ out: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> Tensor {
    let a = a.packed(operation)
    let b = b.packed(operation)
    if a.shape == b.shape {
      let count = a.count
      return Tensor(shape: a.shape, operation) { out in
        withPointers(a, b) { a, b in
          parallelFor(count, grain: pointwiseGrain, multiple: 64) { part in
            let at = part.lowerBound
            run(a + at, 1, b + at, 1, part.count, out + at)
          }
        }
      }
    }
    let shape = Shape.broadcast(a.shape, b.shape, operation)
    return Tensor(shape: shape, operation) { out in
      let runs = StridedRuns(
        shape: shape,
        strides: [Shape.strides(shape), a.strides(broadcastTo: shape), b.strides(broadcastTo: shape)])
      let (length, stepA, stepB) = (runs.length, runs.steps[1], runs.steps[2])
      withPointers(a, b) { a, b in
        if runs.count == 1 {
          parallelFor(length, grain: pointwiseGrain, multiple: 64) { part in
            let start = part.lowerBound
            run(a + start * stepA, stepA, b + start * stepB, stepB, part.count, out + start)
          }
        } else {
          parallelFor(runs.count, grain: share(pointwiseGrain, length)) { part in
            runs.forEach(part) { offsets in
              run(a + offsets[1], stepA, b + offsets[2], stepB, length, out + offsets[0])
            }
          }
        }
      }
    }
  }

  /// A function of one tensor, element by element.
  func mapped<Kernel: UnaryKernel>(
    _ kernel: Kernel, grain: Int = pointwiseGrain, _ operation: String = #function
  ) -> Tensor {
    mapped(grain: grain, operation) { x, count, out in Pointwise.map(kernel, x, count: count, to: out) }
  }

  /// The part of it that is the same for all functions.
  ///
  /// - Parameter run: writes the results for a run of `count` numbers.
  @inline(never)
  private func mapped(
    grain: Int, _ operation: String,
    _ run: (_ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let x = packed(operation)
    return Tensor(shape: shape, operation) { out in
      x.read { x in
        parallelFor(count, grain: grain, multiple: 64) { part in
          run(x + part.lowerBound, part.count, out + part.lowerBound)
        }
      }
    }
  }

  /// Adds `more` to this tensor's own memory, which may be a strided region but repeats nothing. Not recorded.
  func addInPlace(_ more: Tensor) {
    let more = more.storage.sharesMemory(with: storage) ? more.copied() : more.packed()
    let runs = StridedRuns(shape: shape, strides: [strides, more.strides])
    let (to, from) = (runs.steps[0], runs.steps[1])
    more.read { source in
      write { target in
        if to != 1 || from != 1 {
          // A region one element wide: its elements lie apart.
          runs.forEach(0..<runs.count) { offsets in
            for i in 0..<runs.length { target[offsets[0] + i &* to] += source[offsets[1] + i &* from] }
          }
        } else if runs.count == 1 {
          parallelFor(runs.length, grain: pointwiseGrain, multiple: 64) { part in
            Pointwise.add(source + part.lowerBound, count: part.count, to: target + part.lowerBound)
          }
        } else {
          parallelFor(runs.count, grain: share(pointwiseGrain, runs.length)) { part in
            runs.forEach(part) { offsets in
              Pointwise.add(source + offsets[1], count: runs.length, to: target + offsets[0])
            }
          }
        }
      }
    }
  }

  /// The sum over everything that was repeated to broadcast `shape` to this shape: the way back of broadcasting.
  func summed(to shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    let missing = rank - shape.count
    let repeated = self.shape.indices.filter {
      $0 < missing || (shape[$0 - missing] == 1 && self.shape[$0] != 1)
    }
    return sum(dims: repeated, keepDims: true).reshape(shape)
  }
}

/// Elements of cheap work per thread: some 5 to 10 µs.
let pointwiseGrain = 1 << 14

/// How many items make up enough work for a thread, when `work` units are enough and an item is `each` of them.
func share(_ work: Int, _ each: Int) -> Int { max(1, work / max(1, each)) }

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

private struct GreaterShare: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>(repeating: 0).replacing(with: 1, where: x .> y).replacing(with: 0.5, where: x .== y)
  }
}

private struct NegateKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { -x }
}
