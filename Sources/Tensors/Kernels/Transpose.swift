/// Four columns of eight rows, turned within registers.
typealias FourColumns = (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)

/// The first four columns of the eight rows of a matrix.
@inline(__always)
func transposedColumns(_ rows: UnsafePointer<Float>, stride: Int) -> FourColumns {
  transposedColumns(
    rows, rows + stride, rows + 2 &* stride, rows + 3 &* stride, rows + 4 &* stride, rows + 5 &* stride,
    rows + 6 &* stride, rows + 7 &* stride)
}

/// The first four elements of eight rows as four columns.
///
/// Rows 0 to 3 fill the lower halves of four registers and rows 4 to 7 the upper ones as they are loaded, so that two
/// rounds of interleaving within the halves do the rest: eight shuffles, one instruction each. Each round has another
/// element type, because the compiler merges rounds of one type into moves of single elements.
@inline(__always)
func transposedColumns(
  _ r0: UnsafePointer<Float>, _ r1: UnsafePointer<Float>, _ r2: UnsafePointer<Float>, _ r3: UnsafePointer<Float>,
  _ r4: UnsafePointer<Float>, _ r5: UnsafePointer<Float>, _ r6: UnsafePointer<Float>, _ r7: UnsafePointer<Float>
) -> FourColumns {
  let even = interleaved(halves(r0, r4), halves(r1, r5))
  let odd = interleaved(halves(r2, r6), halves(r3, r7))
  let first = interleaved(even.low, odd.low)
  let last = interleaved(even.high, odd.high)
  return (first.low, first.high, last.low, last.high)
}

/// Pairs of floats: what the second round moves.
private typealias Pairs = SIMD4<Double>

/// Four floats from each of two places.
@inline(__always)
private func halves(_ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>) -> SIMD8<Float> {
  let low = UnsafeRawPointer(low).loadUnaligned(as: SIMD2<Double>.self)
  let high = UnsafeRawPointer(high).loadUnaligned(as: SIMD2<Double>.self)
  return unsafeBitCast(Pairs(lowHalf: low, highHalf: high), to: SIMD8<Float>.self)
}

@inline(__always)
private func interleaved(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> (low: Pairs, high: Pairs) {
  let low = SIMD8<Float>(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
  let high = SIMD8<Float>(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
  return (unsafeBitCast(low, to: Pairs.self), unsafeBitCast(high, to: Pairs.self))
}

@inline(__always)
private func interleaved(_ a: Pairs, _ b: Pairs) -> (low: SIMD8<Float>, high: SIMD8<Float>) {
  let low = Pairs(a[0], b[0], a[2], b[2])
  let high = Pairs(a[1], b[1], a[3], b[3])
  return (unsafeBitCast(low, to: SIMD8<Float>.self), unsafeBitCast(high, to: SIMD8<Float>.self))
}

/// Eight columns of eight rows of half-size floats, turned within registers.
typealias EightHalfColumns = (
  SIMD8<UInt16>, SIMD8<UInt16>, SIMD8<UInt16>, SIMD8<UInt16>, SIMD8<UInt16>, SIMD8<UInt16>, SIMD8<UInt16>,
  SIMD8<UInt16>
)

/// The first eight elements of eight rows as eight columns: three rounds of interleaving, each of elements twice as large,
/// and of a type of its own for the reason given above.
@inline(__always)
func transposedColumns(_ rows: UnsafePointer<UInt16>, stride: Int) -> EightHalfColumns {
  let lower = rows + 4 &* stride
  let a = interleaved(load(rows), load(rows + stride))
  let b = interleaved(load(rows + 2 &* stride), load(rows + 3 &* stride))
  let c = interleaved(load(lower), load(lower + stride))
  let d = interleaved(load(lower + 2 &* stride), load(lower + 3 &* stride))
  let (ab, cd) = (interleaved(a.low, b.low), interleaved(c.low, d.low))
  let (abHigh, cdHigh) = (interleaved(a.high, b.high), interleaved(c.high, d.high))
  let (c01, c23) = (interleaved(ab.low, cd.low), interleaved(ab.high, cd.high))
  let (c45, c67) = (interleaved(abHigh.low, cdHigh.low), interleaved(abHigh.high, cdHigh.high))
  return (c01.low, c01.high, c23.low, c23.high, c45.low, c45.high, c67.low, c67.high)
}

@inline(__always)
private func interleaved(_ a: SIMD8<UInt16>, _ b: SIMD8<UInt16>) -> (low: SIMD4<Float>, high: SIMD4<Float>) {
  let low = SIMD8<UInt16>(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3])
  let high = SIMD8<UInt16>(a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7])
  return (unsafeBitCast(low, to: SIMD4<Float>.self), unsafeBitCast(high, to: SIMD4<Float>.self))
}

@inline(__always)
private func interleaved(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> (low: SIMD2<Double>, high: SIMD2<Double>) {
  let low = SIMD4<Float>(a[0], b[0], a[1], b[1])
  let high = SIMD4<Float>(a[2], b[2], a[3], b[3])
  return (unsafeBitCast(low, to: SIMD2<Double>.self), unsafeBitCast(high, to: SIMD2<Double>.self))
}

@inline(__always)
private func interleaved(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> (low: SIMD8<UInt16>, high: SIMD8<UInt16>) {
  let low = SIMD2<Double>(a[0], b[0])
  let high = SIMD2<Double>(a[1], b[1])
  return (unsafeBitCast(low, to: SIMD8<UInt16>.self), unsafeBitCast(high, to: SIMD8<UInt16>.self))
}
