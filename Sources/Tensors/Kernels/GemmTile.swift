internal import CPrefetch

/// Rows of a left matrix as a tile reads them: packed as `[depth][6]`, or in place.
struct LeftPanel {
  let base: UnsafePointer<Float>
  /// Floats from one row to the next.
  let rowStride: Int
  /// Floats from one column to the next.
  let columnStride: Int
}

/// Rows of the result, or of the sums that a tile starts from. The columns of a row are neighbors.
struct ResultRows {
  let base: UnsafeMutablePointer<Float>
  /// Floats from one row to the next; zero where all rows start from the same values.
  let stride: Int
}

/// The innermost loop of matrix multiplication: one 6 × 16 tile of the result, at its edges a low one of 4 × 16 or a
/// narrow one of 6 × 8.
///
/// Twelve sums of eight lanes, two vectors of columns and one broadcast number take fifteen of the sixteen vector
/// registers of AVX2. Each element of the tile is one chain of fused multiply-adds in ascending k, so that its bits
/// depend neither on the tile, nor on the block of k, nor on the thread.
enum GemmTile {
  /// Rows of a tile, and of a packed panel of the left matrix.
  static let rows = 6
  /// Rows of the low tile.
  static let fewRows = 4
  /// Columns of a tile, and of a packed panel of the right matrix.
  static let columns = 16
  /// Columns of the narrow tile: one vector.
  static let fewColumns = 8

  /// `c[6 × 16] = sums[6 × 16] + a[depth × 6]ᵀ · b[depth × 16]`.
  ///
  /// - Parameters:
  ///   - left: a panel of the left matrix.
  ///   - b: rows of sixteen values, `bStride` apart (16 when packed).
  ///   - sums: what the chains continue from; may be `c`.
  ///   - ahead: the address of `depth` values that are needed soon; as many again lie `aheadStride` floats behind it.
  ///     They are prefetched while the tile is computed, since memory takes as long to answer as fifty steps take.
  @inline(__always)
  static func multiply(
    _ left: LeftPanel, _ b: UnsafePointer<Float>, bStride: Int, depth: Int, from sums: ResultRows, into c: ResultRows,
    ahead: UnsafePointer<Float>? = nil, aheadStride: Int = 0
  ) {
    let first = sums.base
    let step = sums.stride
    var c00 = load(first)
    var c01 = load(first + 8)
    var c10 = load(first + step)
    var c11 = load(first + (step &+ 8))
    var c20 = load(first + 2 &* step)
    var c21 = load(first + (2 &* step &+ 8))
    var c30 = load(first + 3 &* step)
    var c31 = load(first + (3 &* step &+ 8))
    var c40 = load(first + 4 &* step)
    var c41 = load(first + (4 &* step &+ 8))
    var c50 = load(first + 5 &* step)
    var c51 = load(first + (5 &* step &+ 8))
    let row = left.rowStride
    var upper = left.base
    var lower = left.base + 3 &* row
    var b = b
    for k in 0..<depth {
      if let ahead {
        prefetch(ahead + k)
        prefetch(ahead + (aheadStride &+ k))
      }
      let b0 = load(b)
      let b1 = load(b + 8)
      let a0 = SIMD8<Float>(repeating: upper[0])
      c00.addProduct(a0, b0)
      c01.addProduct(a0, b1)
      let a1 = SIMD8<Float>(repeating: upper[row])
      c10.addProduct(a1, b0)
      c11.addProduct(a1, b1)
      let a2 = SIMD8<Float>(repeating: upper[2 &* row])
      c20.addProduct(a2, b0)
      c21.addProduct(a2, b1)
      let a3 = SIMD8<Float>(repeating: lower[0])
      c30.addProduct(a3, b0)
      c31.addProduct(a3, b1)
      let a4 = SIMD8<Float>(repeating: lower[row])
      c40.addProduct(a4, b0)
      c41.addProduct(a4, b1)
      let a5 = SIMD8<Float>(repeating: lower[2 &* row])
      c50.addProduct(a5, b0)
      c51.addProduct(a5, b1)
      upper += left.columnStride
      lower += left.columnStride
      b += bStride
    }
    let (c, stride) = (c.base, c.stride)
    store(c00, c)
    store(c01, c + 8)
    store(c10, c + stride)
    store(c11, c + (stride &+ 8))
    store(c20, c + 2 &* stride)
    store(c21, c + (2 &* stride &+ 8))
    store(c30, c + 3 &* stride)
    store(c31, c + (3 &* stride &+ 8))
    store(c40, c + 4 &* stride)
    store(c41, c + (4 &* stride &+ 8))
    store(c50, c + 5 &* stride)
    store(c51, c + (5 &* stride &+ 8))
  }

  /// `c[4 × 16] = sums[4 × 16] + a[depth × 4]ᵀ · b[depth × 16]`: the same for a last tile of at most four rows.
  @inline(__always)
  static func multiplyLow(
    _ left: LeftPanel, _ b: UnsafePointer<Float>, bStride: Int, depth: Int, from sums: ResultRows, into c: ResultRows
  ) {
    let first = sums.base
    let step = sums.stride
    var c00 = load(first)
    var c01 = load(first + 8)
    var c10 = load(first + step)
    var c11 = load(first + (step &+ 8))
    var c20 = load(first + 2 &* step)
    var c21 = load(first + (2 &* step &+ 8))
    var c30 = load(first + 3 &* step)
    var c31 = load(first + (3 &* step &+ 8))
    let row = left.rowStride
    var a = left.base
    var b = b
    for _ in 0..<depth {
      let b0 = load(b)
      let b1 = load(b + 8)
      let a0 = SIMD8<Float>(repeating: a[0])
      c00.addProduct(a0, b0)
      c01.addProduct(a0, b1)
      let a1 = SIMD8<Float>(repeating: a[row])
      c10.addProduct(a1, b0)
      c11.addProduct(a1, b1)
      let a2 = SIMD8<Float>(repeating: a[2 &* row])
      c20.addProduct(a2, b0)
      c21.addProduct(a2, b1)
      let a3 = SIMD8<Float>(repeating: a[3 &* row])
      c30.addProduct(a3, b0)
      c31.addProduct(a3, b1)
      a += left.columnStride
      b += bStride
    }
    let (c, stride) = (c.base, c.stride)
    store(c00, c)
    store(c01, c + 8)
    store(c10, c + stride)
    store(c11, c + (stride &+ 8))
    store(c20, c + 2 &* stride)
    store(c21, c + (2 &* stride &+ 8))
    store(c30, c + 3 &* stride)
    store(c31, c + (3 &* stride &+ 8))
  }

  /// `c[6 × 8] = sums[6 × 8] + a[depth × 6]ᵀ · b[depth × 8]`: the same for a last panel of at most eight columns.
  @inline(__always)
  static func multiplyNarrow(
    _ left: LeftPanel, _ b: UnsafePointer<Float>, bStride: Int, depth: Int, from sums: ResultRows, into c: ResultRows
  ) {
    let first = sums.base
    let step = sums.stride
    var c0 = load(first)
    var c1 = load(first + step)
    var c2 = load(first + 2 &* step)
    var c3 = load(first + 3 &* step)
    var c4 = load(first + 4 &* step)
    var c5 = load(first + 5 &* step)
    let row = left.rowStride
    var upper = left.base
    var lower = left.base + 3 &* row
    var b = b
    for _ in 0..<depth {
      let b0 = load(b)
      c0.addProduct(SIMD8(repeating: upper[0]), b0)
      c1.addProduct(SIMD8(repeating: upper[row]), b0)
      c2.addProduct(SIMD8(repeating: upper[2 &* row]), b0)
      c3.addProduct(SIMD8(repeating: lower[0]), b0)
      c4.addProduct(SIMD8(repeating: lower[row]), b0)
      c5.addProduct(SIMD8(repeating: lower[2 &* row]), b0)
      upper += left.columnStride
      lower += left.columnStride
      b += bStride
    }
    let (c, stride) = (c.base, c.stride)
    store(c0, c)
    store(c1, c + stride)
    store(c2, c + 2 &* stride)
    store(c3, c + 3 &* stride)
    store(c4, c + 4 &* stride)
    store(c5, c + 5 &* stride)
  }
}

/// Eight neighboring floats; needs no alignment.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

/// Eight neighboring floats; needs no alignment.
@inline(__always)
func load(_ pointer: UnsafeMutablePointer<Float>) -> SIMD8<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

/// Eight neighboring half-size floats as stored; needs no alignment.
@inline(__always)
func load(_ pointer: UnsafePointer<UInt16>) -> SIMD8<UInt16> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<UInt16>.self)
}

/// Writes eight neighboring floats; needs no alignment.
@inline(__always)
func store(_ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD8<Float>.self)
}
