// GELU in its three forms.

extension Tensor {
  /// x Φ(x), with the error function (Hendrycks and Gimpel 2016): `nn.GELU()`.
  public func gelu() -> Tensor { mapped(GeluKernel()) }

  /// The approximation of GELU by a hyperbolic tangent that GPT-2 uses: `nn.GELU(approximate="tanh")`.
  public func geluTanh() -> Tensor { mapped(GeluTanhKernel()) }

  /// x σ(1.702 x), the approximation of GELU that CLIP uses.
  public func quickGelu() -> Tensor { mapped(QuickGeluKernel()) }

  /// Where gradients are wanted, the derivative is computed beside the value, and kept instead of the argument.
  @inline(__always)
  private func mapped<Kernel: DifferentiableKernel>(_ kernel: Kernel) -> Tensor {
    guard GradientMode.isRecording && requiresGrad else { return mapped(kernel, grain: functionGrain) }
    let x = packed()
    let slope = Tensor(uninitialized: shape)
    let y = Tensor(shape: shape) { out in
      x.read { x in
        slope.write { slope in
          parallelFor(count, grain: functionGrain, multiple: 64) { part in
            // Piece by piece, so that a piece is still in the first-level cache when the derivative's turn comes.
            for start in stride(from: part.lowerBound, to: part.upperBound, by: 512) {
              let length = Swift.min(512, part.upperBound - start)
              kernel.withDerivative(x + start, count: length, to: out + start, slope + start)
            }
          }
        }
      }
    }
    return y.recording(self) { [$0 * slope] }
  }
}

/// A function of one number that also knows its derivative.
private protocol DifferentiableKernel: UnaryKernel {
  /// Writes the function's values and its derivatives.
  ///
  /// One short loop after the other: in a long one the processor waits for results more than it works.
  func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>)
}

private struct GeluKernel: DifferentiableKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.gelu(x) }

  @inline(__always) func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
  ) {
    // Both need the same error function, which waits in `value` until it is replaced.
    Pointwise.map(OnePlusErf(), x, count: count, to: value)
    Pointwise.map(Slope(), x, value, count: count, to: slope)
    Pointwise.map(Value(), x, value, count: count, to: value)
  }

  private struct OnePlusErf: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluOnePlusErf(x) }
  }

  private struct Value: BinaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ onePlusErf: SIMD8<Float>) -> SIMD8<Float> {
      Elementary.gelu(x, onePlusErf: onePlusErf)
    }
  }

  private struct Slope: BinaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ onePlusErf: SIMD8<Float>) -> SIMD8<Float> {
      Elementary.geluDerivative(x, onePlusErf: onePlusErf)
    }
  }
}

private struct GeluTanhKernel: DifferentiableKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluTanh(x) }

  @inline(__always) func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
  ) {
    Pointwise.map(self, x, count: count, to: value)
    Pointwise.map(Slope(), x, count: count, to: slope)
  }

  private struct Slope: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.geluTanhDerivative(x) }
  }
}

private struct QuickGeluKernel: DifferentiableKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.quickGELU(x) }

  @inline(__always) func withDerivative(
    _ x: UnsafePointer<Float>, count: Int, to value: UnsafeMutablePointer<Float>, _ slope: UnsafeMutablePointer<Float>
  ) {
    Pointwise.map(self, x, count: count, to: value)
    Pointwise.map(Slope(), x, count: count, to: slope)
  }

  private struct Slope: UnaryKernel {
    @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.quickGELUDerivative(x) }
  }
}
