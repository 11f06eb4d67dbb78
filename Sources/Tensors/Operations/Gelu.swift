// GELU in its three forms, each with its gradient. The functions and their derivatives, eight lanes at a time, are in
// `Kernels/ElementaryGelu.swift`.

extension Tensor {
  /// x Φ(x), with the error function (Hendrycks and Gimpel 2016): `nn.GELU()`.
  public func gelu() -> Tensor { mapped(GeluKernel()) }

  /// The approximation of GELU by a hyperbolic tangent that GPT-2 uses: `nn.GELU(approximate="tanh")`.
  public func geluTanh() -> Tensor { mapped(GeluTanhKernel()) }

  /// x σ(1.702 x), the approximation of GELU that CLIP uses.
  public func quickGelu() -> Tensor { mapped(QuickGeluKernel()) }

  private func mapped<Kernel: RunKernel>(_ kernel: Kernel, _ operation: String = #function) -> Tensor {
    mapped(
      operation,
      values: { x, count, out in kernel.values(x, count: count, to: out) },
      withDerivative: { x, count, out, slope in kernel.withDerivative(x, count: count, to: out, slope) })
  }

  /// If a gradient is wanted, the derivative is computed together with the value, and kept instead of the argument.
  @inline(never)
  private func mapped(
    _ operation: String,
    values: (_ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutablePointer<Float>) -> Void,
    withDerivative: (
      _ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> Tensor {
    let x = packed(operation)
    guard GradientMode.isRecording && requiresGrad else {
      return Tensor(shape: shape, operation) { out in
        x.read { x in
          forEachPiece { start, length in values(x + start, length, out + start) }
        }
      }
    }
    let slope = Tensor(uninitialized: shape, operation)
    let y = Tensor(shape: shape, operation) { out in
      x.read { x in
        slope.write { slope in
          forEachPiece { start, length in
            withDerivative(x + start, length, out + start, slope + start)
          }
        }
      }
    }
    return y.recording(self) { g in
      // The gradient is g · slope. The slope is needed only here, so the product takes its memory.
      let gradient = g.packed()
      gradient.read { g in
        slope.write { slope in
          parallelFor(gradient.count, grain: pointwiseGrain, multiple: 64) { part in
            let at = part.lowerBound
            Pointwise.map(TimesKernel(), g + at, slope + at, count: part.count, to: slope + at)
          }
        }
      }
      return [slope]
    }
  }

  /// Piece by piece, so that a piece is still in the first-level cache when the next loop reads it.
  @inline(__always)
  private func forEachPiece(_ body: (_ start: Int, _ length: Int) -> Void) {
    parallelFor(count, grain: functionGrain, multiple: 64) { part in
      for start in stride(from: part.lowerBound, to: part.upperBound, by: 512) {
        body(start, Swift.min(512, part.upperBound - start))
      }
    }
  }
}

/// A function of one number and its derivative, for a run of numbers.
///
/// Each is several short loops, one after the other: in one long loop the processor would mostly wait for results.
private protocol RunKernel {
  /// Writes the function's values.
  func values(_ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>)

  /// Writes the function's values and its derivatives.
  func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>)
}

private struct GeluKernel: RunKernel {
  @inline(__always) func values(_ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>) {
    Pointwise.map(Exponent(), x, count: count, to: value)
    Pointwise.map(ModerateExponential(), value, count: count, to: value)
    Pointwise.map(Value(), x, value, count: count, to: value)
  }

  @inline(__always) func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
  ) {
    // Both need the same error function, which waits in `value` until it is replaced, as the density does in `slope`.
    Pointwise.map(Exponent(), x, count: count, to: value)
    Pointwise.map(ModerateExponential(), value, count: count, to: value)
    Pointwise.map(DensityExponent(), x, count: count, to: slope)
    Pointwise.map(ModerateExponential(), slope, count: count, to: slope)
    Pointwise.map(OnePlusErf(), x, value, count: count, to: value)
    Pointwise.map(Slope(), x, value, slope, count: count, to: slope)
    Pointwise.map(ValueOfErf(), x, value, count: count, to: value)
  }

  private struct Exponent: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluExponent(x) }
  }

  private struct DensityExponent: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluDensityExponent(x) }
  }

  private struct OnePlusErf: BinaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ complement: SIMD8<Float>) -> SIMD8<Float> {
      Elementary.geluOnePlusErf(x, complement: complement)
    }
  }

  private struct Value: BinaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ complement: SIMD8<Float>) -> SIMD8<Float> {
      Elementary.gelu(x, onePlusErf: Elementary.geluOnePlusErf(x, complement: complement))
    }
  }

  private struct ValueOfErf: BinaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ onePlusErf: SIMD8<Float>) -> SIMD8<Float> {
      Elementary.gelu(x, onePlusErf: onePlusErf)
    }
  }

  private struct Slope: TernaryKernel {
    @inline(__always)
    func callAsFunction(_ x: SIMD8<Float>, _ onePlusErf: SIMD8<Float>, _ density: SIMD8<Float>) -> SIMD8<Float> {
      Elementary.geluDerivative(x, onePlusErf: onePlusErf, density: density)
    }
  }
}

private struct GeluTanhKernel: RunKernel {
  @inline(__always) func values(_ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>) {
    Pointwise.map(Value(), x, count: count, to: value)
  }

  @inline(__always) func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
  ) {
    Pointwise.map(Value(), x, count: count, to: value)
    Pointwise.map(Slope(), x, count: count, to: slope)
  }

  private struct Value: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluTanh(x) }
  }

  private struct Slope: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluTanhDerivative(x) }
  }
}

private struct QuickGeluKernel: RunKernel {
  @inline(__always) func values(_ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>) {
    Pointwise.map(Value(), x, count: count, to: value)
  }

  @inline(__always) func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
  ) {
    Pointwise.map(Value(), x, count: count, to: value)
    Pointwise.map(Slope(), x, count: count, to: slope)
  }

  private struct Value: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.quickGelu(x) }
  }

  private struct Slope: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.quickGeluDerivative(x) }
  }
}
