/// Kernels that work on whole rows: softmax and normalization, forward and backward.
enum RowKernels {
  /// `out = exp(x - max) / Σ exp(x - max)`; in place where `out` is `x`. A row of -∞ gives NaN, as in PyTorch.
  @inline(__always)
  static func softmax(_ x: UnsafePointer<Float>, count: Int, to out: UnsafeMutablePointer<Float>) {
    let (_, sum) = exponentials(x, count, out)
    Pointwise.map(DivideBy(divisor: sum), out, count: count, to: out)
  }

  /// `out = x - max - log Σ exp(x - max)`.
  @inline(__always)
  static func logSoftmax(
    _ x: UnsafePointer<Float>, count: Int, to out: UnsafeMutablePointer<Float>
  ) {
    let (max, sum) = exponentials(x, count, out)
    Pointwise.map(LogSoftmax(max: max, logOfSum: Elementary.log(sum)), x, count: count, to: out)
  }

  @inline(__always)
  private static func exponentials(
    _ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutablePointer<Float>
  ) -> (max: Float, sum: Float) {
    let max = Reductions.max(x, count: count)
    Pointwise.map(ExpMinus(shift: max), x, count: count, to: out)
    return (max, Reductions.sum(out, count: count))
  }

  /// `dx = y · (dy - Σ dy · y)`, where `y` is the softmax.
  @inline(__always)
  static func softmaxBackward(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, count: Int, to dx: UnsafeMutablePointer<Float>
  ) {
    let dot = Reductions.dot(y, dy, count: count)
    Pointwise.map(SoftmaxBackward(dot: dot, factor: 1), y, dy, count: count, to: dx)
  }

  /// `dx = dy - exp(y) · Σ dy`, where `y` is the log-softmax.
  @inline(__always)
  static func logSoftmaxBackward(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, count: Int, to dx: UnsafeMutablePointer<Float>
  ) {
    let sum = Reductions.sum(dy, count: count)
    Pointwise.map(LogSoftmaxBackward(sum: sum), y, dy, count: count, to: dx)
  }

  /// Mean and reciprocal standard deviation (biased variance) of a row.
  @inline(__always)
  static func moments(_ x: UnsafePointer<Float>, count: Int, epsilon: Float) -> (mean: Float, scale: Float) {
    let mean = Reductions.sum(x, count: count) / Float(count)
    let variance = Reductions.sumOfSquares(x, count: count, center: mean) / Float(count)
    return (mean, 1 / (variance + epsilon).squareRoot())
  }

  /// `out = (x - mean) · scale · weight + bias`.
  @inline(__always)
  static func normalize(
    _ x: UnsafePointer<Float>, count: Int, mean: Float, scale: Float, weight: UnsafePointer<Float>?,
    bias: UnsafePointer<Float>?, to out: UnsafeMutablePointer<Float>
  ) {
    let m = SIMD8<Float>(repeating: mean)
    let s = SIMD8<Float>(repeating: scale)
    let whole = count & ~7
    var i = 0
    while i < whole {
      var y = (load(x + i) - m) * s
      if let weight { y *= load(weight + i) }
      if let bias { y += load(bias + i) }
      store(y, out + i)
      i &+= 8
    }
    while i < count {
      var y = (x[i] - mean) * scale
      if let weight { y *= weight[i] }
      if let bias { y += bias[i] }
      out[i] = y
      i &+= 1
    }
  }

  /// `dx = scale · (g - mean(g) - x̂ · mean(g · x̂))` with `g = dy · weight` and `x̂ = (x - mean) · scale`.
  ///
  /// - Parameters:
  ///   - scratch: room for a row.
  ///   - products: gets `dy · x̂`, what the gradient of the weight is the sum of.
  @inline(__always)
  static func normalizeBackward(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, count: Int, mean: Float, scale: Float,
    weight: UnsafePointer<Float>?, scratch: UnsafeMutablePointer<Float>, to dx: UnsafeMutablePointer<Float>,
    products: UnsafeMutablePointer<Float>
  ) {
    let normal = scratch
    normalize(x, count: count, mean: mean, scale: scale, weight: nil, bias: nil, to: normal)
    Pointwise.map(TimesKernel(), dy, normal, count: count, to: products)
    // The result's memory holds g until then.
    let g = dx
    if let weight {
      Pointwise.map(TimesKernel(), dy, weight, count: count, to: g)
    } else {
      g.update(from: dy, count: count)
    }
    let meanOfG = Reductions.sum(g, count: count) / Float(count)
    let meanOfProduct = Reductions.dot(g, normal, count: count) / Float(count)
    Pointwise.map(
      NormalizeBackward(meanOfG: meanOfG, meanOfProduct: meanOfProduct, scale: scale), g, normal, count: count, to: dx)
  }
}

private struct ExpMinus: UnaryKernel {
  let shift: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.exp(x - shift) }
}

struct DivideBy: UnaryKernel {
  let divisor: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x / divisor }
}

private struct LogSoftmax: UnaryKernel {
  let max: Float
  let logOfSum: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { (x - max) - logOfSum }
}

/// `y · (dy - dot) · factor`, where `dot` is `Σ dy · y`.
struct SoftmaxBackward: BinaryKernel {
  let dot: Float
  let factor: Float
  @inline(__always) func callAsFunction(_ y: SIMD8<Float>, _ dy: SIMD8<Float>) -> SIMD8<Float> {
    y * (dy - dot) * factor
  }
}

private struct LogSoftmaxBackward: BinaryKernel {
  let sum: Float
  @inline(__always) func callAsFunction(_ y: SIMD8<Float>, _ dy: SIMD8<Float>) -> SIMD8<Float> {
    dy - Elementary.exp(y) * sum
  }
}

private struct NormalizeBackward: BinaryKernel {
  let meanOfG: Float
  let meanOfProduct: Float
  let scale: Float
  @inline(__always) func callAsFunction(_ g: SIMD8<Float>, _ normal: SIMD8<Float>) -> SIMD8<Float> {
    ((g - meanOfG) - normal * meanOfProduct) * scale
  }
}

struct TimesKernel: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { x * y }
}
