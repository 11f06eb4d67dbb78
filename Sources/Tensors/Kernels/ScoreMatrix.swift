/// The layout of the scores of one head of attention: rows of whole vectors, and as many rows as whole tiles have.
///
/// So neither the products nor the steps of the softmax have a ragged edge. What lies beyond a row's columns is set to
/// zeros by the softmax; beyond the last row there may be any numbers.
struct ScoreMatrix {
  /// Queries.
  let rows: Int
  /// Keys, at least one.
  let columns: Int
  /// Floats from one row to the next.
  var stride: Int { (columns &+ 7) & ~7 }
  /// Rows that there is room for.
  var allRows: Int { (rows &+ GemmTile.rows &- 1) / GemmTile.rows &* GemmTile.rows }
  /// Floats of the whole matrix.
  var count: Int { allRows &* stride }

  /// Sums go over the zeros behind a row too, which change nothing unless they change where long rows are halved.
  private var summed: Int { stride <= Reductions.leaf ? stride : columns }

  /// The softmax of each row times a factor, in place.
  ///
  /// Short rows are a chain of steps that wait for each other. Eight rows go through each step together, so that the
  /// processor always has another row to work on.
  ///
  /// - Parameter emptyRowsAreZero: whether a row of -∞ gives zeros; else it gives NaN, as in PyTorch.
  func softmax(_ x: UnsafeMutablePointer<Float>, factor: Float, emptyRowsAreZero: Bool) {
    let stride = stride
    forEachGroup { group, values in
      for (row, i) in zip(group, 0...) {
        let max = multiply(x + row &* stride, by: factor)
        values[i] = emptyRowsAreZero && max == -.infinity ? 0 : max
      }
      var areModerate = true
      for (row, i) in zip(group, 0...) {
        let isModerate = subtract(values[i], from: x + row &* stride)
        areModerate = areModerate && isModerate
      }
      let whole = x + group.lowerBound &* stride
      let count = group.count &* stride
      if areModerate {
        Pointwise.map(ModerateExponential(), whole: whole, count: count, to: whole)
      } else {
        Pointwise.map(Exponential(), whole: whole, count: count, to: whole)
      }
      for (row, i) in zip(group, 0...) {
        let at = x + row &* stride
        clearBehind(at)
        let sum = Reductions.sum(at, count: summed)
        values[i] = emptyRowsAreZero && sum == 0 ? 1 : sum
      }
      for (row, i) in zip(group, 0...) {
        let at = x + row &* stride
        Pointwise.map(DivideBy(divisor: values[i]), whole: at, count: stride, to: at)
      }
    }
  }

  /// `dy = y · (dy - Σ dy · y) · factor` for each row, where `y` is the softmax.
  func softmaxBackward(_ y: UnsafePointer<Float>, _ dy: UnsafeMutablePointer<Float>, factor: Float) {
    let stride = stride
    forEachGroup { group, dots in
      for (row, i) in zip(group, 0...) {
        let at = dy + row &* stride
        clearBehind(at)
        dots[i] = Reductions.dot(y + row &* stride, at, count: summed)
      }
      for (row, i) in zip(group, 0...) {
        let at = dy + row &* stride
        Pointwise.map(
          SoftmaxBackward(dot: dots[i], factor: factor), y + row &* stride, at, count: stride, to: at)
      }
    }
  }

  /// Multiplies a row by a factor, and returns the largest number in it, NaN left aside.
  @inline(__always)
  private func multiply(_ row: UnsafeMutablePointer<Float>, by factor: Float) -> Float {
    var best = SIMD8<Float>(repeating: -.infinity)
    var column = 0
    while column < lastVector {
      let v = load(row + column) * factor
      store(v, row + column)
      best = best.replacing(with: v, where: v .> best)
      column &+= 8
    }
    let last = (load(row + lastVector) * factor).replacing(with: -.infinity, where: isBehind)
    store(last, row + lastVector)
    best = best.replacing(with: last, where: last .> best)
    let four = best.lowHalf.replacing(with: best.highHalf, where: best.highHalf .> best.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two[1] > two[0] ? two[1] : two[0]
  }

  /// Subtracts a number from a row, with zeros behind it, and returns whether all results are numbers not below -87.
  @inline(__always)
  private func subtract(_ number: Float, from row: UnsafeMutablePointer<Float>) -> Bool {
    var column = 0
    var isModerate = SIMDMask<SIMD8<Int32>>(repeating: true)
    while column < lastVector {
      let difference = load(row + column) - number
      store(difference, row + column)
      isModerate .&= difference .>= -87
      column &+= 8
    }
    // Processors are slow at exponentials that come near zero, as that of -∞ does.
    let last = (load(row + lastVector) - number).replacing(with: 0, where: isBehind)
    store(last, row + lastVector)
    return all(isModerate .& (last .>= -87))
  }

  /// Where the last vector of each row begins.
  private var lastVector: Int { stride &- 8 }

  /// Which lanes of the last vector lie behind the row's columns.
  private var isBehind: SIMDMask<SIMD8<Int32>> {
    SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) .>= Float(columns &- lastVector)
  }

  /// Fills what lies behind a row's columns with zeros. A vector at once: what is written in pieces cannot be read as a
  /// whole soon.
  @inline(__always)
  private func clearBehind(_ row: UnsafeMutablePointer<Float>) {
    store(load(row + lastVector).replacing(with: 0, where: isBehind), row + lastVector)
  }

  /// Up to eight rows at a time, with room for a number of each.
  @inline(__always)
  private func forEachGroup(_ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 8) { values in
      guard let base = values.baseAddress else { return }
      var start = 0
      while start < rows {
        let end = min(start &+ 8, rows)
        body(start..<end, base)
        start = end
      }
    }
  }
}

/// The exponential where it is a normal number.
struct ModerateExponential: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.expOfModerate(x) }
}

private struct Exponential: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.exp(x) }
}
