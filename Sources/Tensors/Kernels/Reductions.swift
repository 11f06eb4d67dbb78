/// Sums and extremes of rows and columns, in one fixed order each.
///
/// A row is summed in thirty-two lanes (element i goes to lane i mod 32) that are added up in a fixed tree, and rows
/// longer than `leaf` as the sum of their halves. Columns are summed row by row in blocks of 256 rows. The order
/// depends on the shape alone.
enum Reductions {
  static let leaf = 4096

  @inline(__always)
  static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    if count <= leaf { return lanes32(x, count) { $0 } }
    return pairwise(count) { lanes32(x + $0, $1) { $0 } }
  }

  /// The sum of `(x - center)²`.
  static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int, center: Float = 0) -> Float {
    let center = SIMD8<Float>(repeating: center)
    return pairwise(count) { start, length in
      lanes32(x + start, length) { v in
        let d = v - center
        return d * d
      }
    }
  }

  /// The sum of `x · y`.
  @inline(__always)
  static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float {
    if count <= leaf { return dotLanes32(x, y, count) }
    return pairwise(count) { dotLanes32(x + $0, y + $0, $1) }
  }

  @inline(__always)
  private static func dotLanes32(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ length: Int) -> Float {
    var s0 = SIMD8<Float>.zero
    var s1 = s0
    var s2 = s0
    var s3 = s0
    var i = 0
    while i &+ 32 <= length {
      s0.addProduct(load(x + i), load(y + i))
      s1.addProduct(load(x + (i &+ 8)), load(y + (i &+ 8)))
      s2.addProduct(load(x + (i &+ 16)), load(y + (i &+ 16)))
      s3.addProduct(load(x + (i &+ 24)), load(y + (i &+ 24)))
      i &+= 32
    }
    // What is left goes to the lanes it would go to in a longer row, so that zeros behind a row change nothing.
    var left = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    var right = left
    loadRest(x + i, length &- i, &left)
    loadRest(y + i, length &- i, &right)
    s0.addProduct(left.0, right.0)
    s1.addProduct(left.1, right.1)
    s2.addProduct(left.2, right.2)
    s3.addProduct(left.3, right.3)
    return tree((s0 + s1) + (s2 + s3))
  }

  /// The largest element; NaN wins, as in PyTorch.
  static func max(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var i = 0
    var best = SIMD8<Float>(repeating: x[0])
    var sawNaN = SIMDMask<SIMD8<Int32>>(repeating: false)
    while i &+ 8 <= count {
      let v = load(x + i)
      sawNaN .|= v .!= v
      best.replace(with: v, where: v .> best)
      i &+= 8
    }
    let four = best.lowHalf.replacing(with: best.highHalf, where: best.highHalf .> best.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    var result = two[1] > two[0] ? two[1] : two[0]
    var hasNaN = x[0] != x[0] || any(sawNaN)
    while i < count {
      if x[i] != x[i] { hasNaN = true }
      if x[i] > result { result = x[i] }
      i &+= 1
    }
    return hasNaN ? .nan : result
  }

  /// Index of the largest element, the lower one on ties; the first NaN if there is one.
  static func argmax(_ x: UnsafePointer<Float>, count: Int) -> Int {
    var best = 0
    for i in 0..<count {
      if x[i] != x[i] { return i }
      if x[i] > x[best] { best = i }
    }
    return best
  }

  /// `out[j] = Σ x[i][j]` for the given columns of a `rows × columns` matrix.
  static func sumColumns(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, range: Range<Int>, to out: UnsafeMutablePointer<Float>
  ) {
    var j = range.lowerBound
    while j &+ 32 <= range.upperBound {
      sum32Columns(x + j, rows, columns, to: out + j)
      j &+= 32
    }
    while j < range.upperBound {
      let width = Swift.min(8, range.upperBound &- j)
      var total = SIMD8<Float>.zero
      var row = 0
      while row < rows {
        let end = Swift.min(row &+ columnBlock, rows)
        var block = SIMD8<Float>.zero
        if width == 8 {
          while row < end {
            block += load(x + (row &* columns &+ j))
            row &+= 1
          }
        } else {
          while row < end {
            block += loadPart(x + (row &* columns &+ j), width)
            row &+= 1
          }
        }
        total += block
      }
      if width == 8 { store(total, out + j) } else { storePart(total, width, out + j) }
      j &+= width
    }
  }

  /// Rows of a block of a sum of columns.
  static let columnBlock = 256

  /// Thirty-two columns side by side: whole cache lines, and four sums that do not wait for each other.
  @inline(__always)
  private static func sum32Columns(
    _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int, to out: UnsafeMutablePointer<Float>
  ) {
    var t0 = SIMD8<Float>.zero
    var t1 = t0
    var t2 = t0
    var t3 = t0
    var row = 0
    while row < rows {
      let end = Swift.min(row &+ columnBlock, rows)
      var s0 = SIMD8<Float>.zero
      var s1 = s0
      var s2 = s0
      var s3 = s0
      while row < end {
        let at = x + row &* columns
        s0 += load(at)
        s1 += load(at + 8)
        s2 += load(at + 16)
        s3 += load(at + 24)
        row &+= 1
      }
      t0 += s0
      t1 += s1
      t2 += s2
      t3 += s3
    }
    store(t0, out)
    store(t1, out + 8)
    store(t2, out + 16)
    store(t3, out + 24)
  }

  /// The sum of eight lanes, halves onto halves.
  @inline(__always)
  static func tree(_ v: SIMD8<Float>) -> Float {
    let four = v.lowHalf + v.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  @inline(__always)
  private static func lanes32(_ x: UnsafePointer<Float>, _ count: Int, _ term: (SIMD8<Float>) -> SIMD8<Float>) -> Float
  {
    var s0 = SIMD8<Float>.zero
    var s1 = s0
    var s2 = s0
    var s3 = s0
    var i = 0
    while i &+ 32 <= count {
      s0 += term(load(x + i))
      s1 += term(load(x + (i &+ 8)))
      s2 += term(load(x + (i &+ 16)))
      s3 += term(load(x + (i &+ 24)))
      i &+= 32
    }
    // What is left goes to the lanes it would go to in a longer row, so that zeros behind a row change nothing.
    let left = count &- i
    if left >= 8 { s0 += term(load(x + i)) }
    if left >= 16 { s1 += term(load(x + (i &+ 8))) }
    if left >= 24 { s2 += term(load(x + (i &+ 16))) }
    let rest = left & 7
    if rest > 0 {
      let last = firstLanes(term(loadPart(x + (count &- rest), rest)), rest)
      switch left & 24 {
      case 0: s0 += last
      case 8: s1 += last
      case 16: s2 += last
      default: s3 += last
      }
    }
    return tree((s0 + s1) + (s2 + s3))
  }

  /// The last `count` (< 32) elements as four vectors, zeros behind.
  @inline(__always)
  private static func loadRest(
    _ x: UnsafePointer<Float>, _ count: Int, _ v: inout (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)
  ) {
    if count >= 8 { v.0 = load(x) } else if count > 0 { v.0 = loadPart(x, count) }
    if count >= 16 { v.1 = load(x + 8) } else if count > 8 { v.1 = loadPart(x + 8, count &- 8) }
    if count >= 24 { v.2 = load(x + 16) } else if count > 16 { v.2 = loadPart(x + 16, count &- 16) }
    if count > 24 { v.3 = loadPart(x + 24, count &- 24) }
  }

  /// Splits in halves at multiples of `leaf` until a part is short enough.
  private static func pairwise(_ count: Int, _ sum: (_ start: Int, _ length: Int) -> Float) -> Float {
    func part(_ start: Int, _ length: Int) -> Float {
      if length <= leaf { return sum(start, length) }
      let leaves = (length &+ leaf &- 1) / leaf
      let left = (leaves &+ 1) / 2 &* leaf
      return part(start, left) + part(start &+ left, length &- left)
    }
    return part(0, count)
  }
}
