/// How the scores of one head of attention lie in memory: rows of whole vectors, and as many rows as whole tiles have.
///
/// So neither the products nor the steps of the softmax have a ragged edge. What lies beyond a row's columns is set to
/// zeros by the softmax; what lies beyond the last row is anything.
struct ScoreMatrix {
  /// Queries.
  let rows: Int
  /// Keys.
  let columns: Int
  /// Floats from one row to the next.
  var stride: Int { (columns &+ 7) & ~7 }
  /// Rows that there is room for.
  var allRows: Int { (rows &+ GemmTile.rows &- 1) / GemmTile.rows &* GemmTile.rows }
  /// Floats of the whole matrix.
  var count: Int { allRows &* stride }

  /// Sums go over the zeros behind a row too, which change nothing unless they change where long rows are halved.
  private var summed: Int { stride <= Reductions.leaf ? stride : columns }

  /// The softmax of each row, in place.
  ///
  /// Short rows are a chain of steps that wait for each other. Eight rows go through each step together, so that the
  /// processor always has another row to work on.
  ///
  /// - Parameter emptyRowsAreZero: whether a row of -∞ gives zeros; else it gives NaN, as in PyTorch.
  func softmax(_ x: UnsafeMutablePointer<Float>, emptyRowsAreZero: Bool) {
    let stride = stride
    forEachGroup { group, values in
      for (row, i) in zip(group, 0...) {
        let at = x + row &* stride
        fillBehind(at, -.infinity)
        let max = Reductions.max(at, count: stride)
        values[i] = emptyRowsAreZero && max == -.infinity ? 0 : max
      }
      for (row, i) in zip(group, 0...) {
        let at = x + row &* stride
        Pointwise.map(Minus(shift: values[i]), whole: at, count: stride, to: at)
        // Processors are slow at exponentials that come near zero, as that of -∞ does.
        fillBehind(at, 0)
      }
      let all = x + group.lowerBound &* stride
      Pointwise.map(Exponential(), whole: all, count: group.count &* stride, to: all)
      for (row, i) in zip(group, 0...) {
        let at = x + row &* stride
        fillBehind(at, 0)
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
        fillBehind(at, 0)
        dots[i] = Reductions.dot(y + row &* stride, at, count: summed)
      }
      for (row, i) in zip(group, 0...) {
        let at = dy + row &* stride
        Pointwise.map(
          TimesShifted(shift: dots[i], factor: factor), y + row &* stride, at, count: stride, to: at)
      }
    }
  }

  /// Fills what lies behind a row's columns. A vector at once: what is written in pieces cannot be read as a whole soon.
  @inline(__always)
  private func fillBehind(_ row: UnsafeMutablePointer<Float>, _ value: Float) {
    let count = columns & 7
    if count == 0 { return }
    let last = row + (stride &- 8)
    let lanes = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
    store(load(last).replacing(with: SIMD8(repeating: value), where: lanes .>= Float(count)), last)
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

private struct Minus: UnaryKernel {
  let shift: Float
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { x - shift }
}

private struct Exponential: UnaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> { Elementary.exp(x) }
}
