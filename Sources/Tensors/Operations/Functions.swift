// Functions of one number, element by element.

extension Tensor {
  /// eˣ.
  public func exp() -> Tensor {
    let y = mapped(ExpKernel(), grain: functionGrain)
    return y.recording(self) { [$0 * y] }
  }

  /// The natural logarithm.
  public func log() -> Tensor {
    mapped(LogKernel(), grain: functionGrain).recording(self) { [$0 / self.detached()] }
  }

  /// The square root.
  public func sqrt() -> Tensor {
    let y = mapped(SqrtKernel())
    return y.recording(self) { [$0 / (y * 2)] }
  }

  /// The square root as the last step of a norm, whose gradient at 0 is 0: the root's slope there is infinite, but all
  /// directions lead up from it alike.
  func rootOfSquares() -> Tensor {
    let y = mapped(SqrtKernel())
    return y.recording(self) { [Tensor.combined($0, y, RootOfSquaresBackward(), "sqrt")] }
  }

  /// The absolute value; its gradient at 0 is 0.
  public func abs() -> Tensor {
    mapped(AbsKernel()).recording(self) { [$0 * self.detached().mapped(SignKernel())] }
  }

  /// xᵖ for a fixed exponent. Whole exponents up to 4, ½ and -1 are computed by products, root and quotient.
  public func pow(_ exponent: Float) -> Tensor {
    let y = mapped(PowKernel(exponent: exponent), grain: functionGrain)
    return y.recording(self) { g in
      exponent == 0 ? [.zeros(g.shape)] : [g * (self.detached().pow(exponent - 1) * exponent)]
    }
  }

  /// The hyperbolic tangent.
  public func tanh() -> Tensor {
    let y = mapped(TanhKernel(), grain: functionGrain)
    return y.recording(self) { [Tensor.combined($0, y, TanhBackward(), "tanh")] }
  }

  /// The error function.
  public func erf() -> Tensor {
    mapped(ErfKernel(), grain: functionGrain).recording(self) { g in
      let x = self.detached()
      return [g * ((x * x * -1).exp() * 1.128_379_167_095_512_6)]
    }
  }

  /// The sine.
  public func sin() -> Tensor {
    mapped(SinKernel(), grain: functionGrain).recording(self) { [$0 * self.detached().cos()] }
  }

  /// The cosine.
  public func cos() -> Tensor {
    mapped(CosKernel(), grain: functionGrain).recording(self) { [-($0 * self.detached().sin())] }
  }

  /// The logistic function 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor {
    let y = mapped(SigmoidKernel(), grain: functionGrain)
    return y.recording(self) { [Tensor.combined($0, y, SigmoidBackward(), "sigmoid")] }
  }

  /// log(1 / (1 + e⁻ˣ)), exact also where the logistic function underflows.
  public func logSigmoid() -> Tensor {
    mapped(LogSigmoidKernel(), grain: functionGrain).recording(self) { [$0 * (-self.detached()).sigmoid()] }
  }

  /// max(x, 0); its gradient at 0 is 0.
  public func relu() -> Tensor {
    let y = mapped(ReluKernel())
    return y.recording(self) { [Tensor.combined($0, y, ReluBackward(), "relu")] }
  }

  /// Each element, but at least `low` and at most `high`. The gradient passes where the element lies between them.
  public func clamp(_ low: Float = -.infinity, _ high: Float = .infinity) -> Tensor {
    mapped(ClampKernel(low: low, high: high)).recording(self) { g in
      [g * self.detached().mapped(WithinKernel(low: low, high: high))]
    }
  }
}

/// Elements of work per thread for functions that take a dozen instructions.
let functionGrain = 1 << 12

private typealias V = SIMD8<Float>

private struct ExpKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.exp(x) }
}

private struct LogKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.log(x) }
}

private struct SqrtKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x.squareRoot() }
}

private struct RootOfSquaresBackward: BinaryKernel {
  @inline(__always) func callAsFunction(_ g: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    (g / (y * 2)).replacing(with: 0, where: y .== 0)
  }
}

private struct AbsKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt32>.self) & 0x7fff_ffff, to: SIMD8<Float>.self)
  }
}

private struct SignKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    V(repeating: 0).replacing(with: 1, where: x .> 0).replacing(with: -1, where: x .< 0)
  }
}

private struct PowKernel: UnaryKernel {
  let exponent: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    switch exponent {
    case 0: V(repeating: 1)
    case 1: x
    case 2: x * x
    case 3: x * x * x
    case 4: (x * x) * (x * x)
    case 0.5: x.squareRoot()
    case -1: 1 / x
    default: Elementary.pow(x, exponent)
    }
  }
}

private struct TanhKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.tanh(x) }
}

private struct TanhBackward: BinaryKernel {
  @inline(__always) func callAsFunction(_ g: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { g * (1 - y * y) }
}

private struct ErfKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.erf(x) }
}

private struct SinKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.sin(x) }
}

private struct CosKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.cos(x) }
}

private struct SigmoidKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.sigmoid(x) }
}

private struct SigmoidBackward: BinaryKernel {
  @inline(__always) func callAsFunction(_ g: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { g * ((1 - y) * y) }
}

private struct LogSigmoidKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // min(x, 0) - log(1 + e^-|x|)
    let magnitude = unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt32>.self) & 0x7fff_ffff, to: SIMD8<Float>.self)
    return x.replacing(with: 0, where: x .> 0) - Elementary.log1p(Elementary.exp(-magnitude))
  }
}

private struct ReluKernel: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x.replacing(with: 0, where: x .< 0) }
}

private struct ReluBackward: BinaryKernel {
  @inline(__always) func callAsFunction(_ g: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> {
    g.replacing(with: 0, where: y .<= 0)
  }
}

private struct ClampKernel: UnaryKernel {
  let low: Float
  let high: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let low = V(repeating: low)
    let high = V(repeating: high)
    return x.replacing(with: low, where: x .< low).replacing(with: high, where: x .> high)
  }
}

private struct WithinKernel: UnaryKernel {
  let low: Float
  let high: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // An infinite bound is none.
    let low = V(repeating: low)
    let high = V(repeating: high)
    return V(repeating: 0).replacing(
      with: 1, where: ((x .> low) .| (low .== -.infinity)) .& ((x .< high) .| (high .== .infinity)))
  }
}
