// Functions of one number, element by element.

extension Tensor {
  /// eˣ.
  public func exp() -> Tensor {
    let y = mapped(ExpKernel(), grain: functionGrain)
    let kept = y.saved
    return y.recording(self) { [$0 * kept.unchanged(for: "exp")] }
  }

  /// The natural logarithm.
  public func log() -> Tensor {
    let kept = saved
    return mapped(LogKernel(), grain: functionGrain).recording(self) { [$0 / kept.unchanged(for: "log")] }
  }

  /// The square root.
  public func sqrt() -> Tensor {
    let y = mapped(SqrtKernel())
    let kept = y.saved
    return y.recording(self) { [$0 / (kept.unchanged(for: "sqrt") * 2)] }
  }

  /// The square root of a sum of squares. Its gradient at 0 is taken to be 0, because the derivative there is infinite.
  func rootOfSquares() -> Tensor {
    let y = mapped(SqrtKernel())
    let kept = y.saved
    return y.recording(self) {
      [Tensor.combined($0, kept.unchanged(for: "standardDeviation"), RootOfSquaresBackward(), "sqrt")]
    }
  }

  /// The absolute value; its gradient at 0 is 0.
  public func abs() -> Tensor {
    let kept = saved
    return mapped(AbsKernel()).recording(self) { [$0 * kept.unchanged(for: "abs").mapped(SignKernel())] }
  }

  /// xᵖ for a fixed exponent. Whole exponents up to 4, ½ and -1 are computed by products, root and quotient.
  public func pow(_ exponent: Float) -> Tensor {
    let y = mapped(PowKernel(exponent: exponent), grain: functionGrain)
    let kept = saved(if: exponent != 0)
    return y.recording(self) { g in
      [kept.map { g * ($0.unchanged(for: "pow").pow(exponent - 1) * exponent) } ?? .zeros(g.shape)]
    }
  }

  /// The hyperbolic tangent.
  public func tanh() -> Tensor {
    let y = mapped(TanhKernel(), grain: functionGrain)
    let kept = y.saved
    return y.recording(self) { [Tensor.combined($0, kept.unchanged(for: "tanh"), TanhBackward(), "tanh")] }
  }

  /// The error function.
  public func erf() -> Tensor {
    let kept = saved
    return mapped(ErfKernel(), grain: functionGrain).recording(self) { g in
      let x = kept.unchanged(for: "erf")
      return [g * ((x * x * -1).exp() * 1.128_379_167_095_512_6)]
    }
  }

  /// The sine.
  public func sin() -> Tensor {
    let kept = saved
    return mapped(SinKernel(), grain: functionGrain).recording(self) { [$0 * kept.unchanged(for: "sin").cos()] }
  }

  /// The cosine.
  public func cos() -> Tensor {
    let kept = saved
    return mapped(CosKernel(), grain: functionGrain).recording(self) { [-($0 * kept.unchanged(for: "cos").sin())] }
  }

  /// The logistic function 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor {
    let y = mapped(SigmoidKernel(), grain: functionGrain)
    let kept = y.saved
    return y.recording(self) { [Tensor.combined($0, kept.unchanged(for: "sigmoid"), SigmoidBackward(), "sigmoid")] }
  }

  /// log(1 / (1 + e⁻ˣ)), exact also where the logistic function underflows.
  public func logSigmoid() -> Tensor {
    let kept = saved
    return mapped(LogSigmoidKernel(), grain: functionGrain).recording(self) {
      [$0 * (-kept.unchanged(for: "logSigmoid")).sigmoid()]
    }
  }

  /// max(x, 0); its gradient at 0 is 0.
  public func relu() -> Tensor {
    let y = mapped(ReluKernel())
    let kept = y.saved
    return y.recording(self) { [Tensor.combined($0, kept.unchanged(for: "relu"), ReluBackward(), "relu")] }
  }

  /// Each element, but at least `low` and at most `high`. The gradient passes where the element lies between them.
  public func clamp(_ low: Float = -.infinity, _ high: Float = .infinity) -> Tensor {
    let kept = saved
    return mapped(ClampKernel(low: low, high: high)).recording(self) { g in
      [g * kept.unchanged(for: "clamp").mapped(WithinKernel(low: low, high: high))]
    }
  }
}

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
