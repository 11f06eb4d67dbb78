/// Eight rows of eight floats, turned into eight columns within registers.
///
/// The first of the three rounds exchanges neighbours by shifting 64-bit pairs rather than by shuffling: the
/// compiler merges three rounds of shuffles into single-element moves that take four times as long.
@inline(__always)
func transpose8x8(
  _ r0: SIMD8<Float>, _ r1: SIMD8<Float>, _ r2: SIMD8<Float>, _ r3: SIMD8<Float>,
  _ r4: SIMD8<Float>, _ r5: SIMD8<Float>, _ r6: SIMD8<Float>, _ r7: SIMD8<Float>
) -> (
  SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>
) {
  let e0 = evenPairs(r0, r1), o0 = oddPairs(r0, r1)
  let e1 = evenPairs(r2, r3), o1 = oddPairs(r2, r3)
  let e2 = evenPairs(r4, r5), o2 = oddPairs(r4, r5)
  let e3 = evenPairs(r6, r7), o3 = oddPairs(r6, r7)
  return (
    join(e0, e1, e2, e3, 0), join(o0, o1, o2, o3, 0), join(e0, e1, e2, e3, 1), join(o0, o1, o2, o3, 1),
    join(e0, e1, e2, e3, 2), join(o0, o1, o2, o3, 2), join(e0, e1, e2, e3, 3), join(o0, o1, o2, o3, 3)
  )
}

private typealias Pairs = SIMD4<UInt64>

/// `a0 b0 a2 b2 a4 b4 a6 b6`
@inline(__always)
private func evenPairs(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> Pairs {
  (unsafeBitCast(a, to: Pairs.self) & 0xffff_ffff) | (unsafeBitCast(b, to: Pairs.self) &<< 32)
}

/// `a1 b1 a3 b3 a5 b5 a7 b7`
@inline(__always)
private func oddPairs(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> Pairs {
  (unsafeBitCast(a, to: Pairs.self) &>> 32) | (unsafeBitCast(b, to: Pairs.self) & 0xffff_ffff_0000_0000)
}

/// The same pair of four pairs of rows: one column.
@inline(__always)
private func join(_ a: Pairs, _ b: Pairs, _ c: Pairs, _ d: Pairs, _ index: Int) -> SIMD8<Float> {
  unsafeBitCast(Pairs(a[index], b[index], c[index], d[index]), to: SIMD8<Float>.self)
}
