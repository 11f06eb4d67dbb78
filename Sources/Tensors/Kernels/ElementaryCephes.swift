enum Cephes {
  typealias V = SIMD8<Float>
  @inline(__always) static func log(_ x0: V) -> V {
    let x = x0.replacing(with: V(repeating: 0x1p-126), where: x0 .< 0x1p-126)
    let b = unsafeBitCast(x, to: SIMD8<UInt32>.self)
    var e = V(SIMD8<Int32>(truncatingIfNeeded: b &>> 23) &- 126)
    var m = unsafeBitCast((b & 0x807fffff) | 0x3f000000, to: V.self)
    let lo = m .< 0.707106781186547524
    let t = V(repeating: 0).replacing(with: m, where: lo)
    m = (m - 1) + t
    e = e - V(repeating: 0).replacing(with: V(repeating: 1), where: lo)
    let z = m * m
    var p = V(repeating: 7.0376836292e-2)
    p = V(repeating: -1.1514610310e-1).addingProduct(p, m)
    p = V(repeating: 1.1676998740e-1).addingProduct(p, m)
    p = V(repeating: -1.2420140846e-1).addingProduct(p, m)
    p = V(repeating: 1.4249322787e-1).addingProduct(p, m)
    p = V(repeating: -1.6668057665e-1).addingProduct(p, m)
    p = V(repeating: 2.0000714765e-1).addingProduct(p, m)
    p = V(repeating: -2.4999993993e-1).addingProduct(p, m)
    p = V(repeating: 3.3333331174e-1).addingProduct(p, m)
    p = p * m
    p = (e * -2.12194440e-4).addingProduct(p, z)
    p = p.addingProduct(V(repeating: -0.5), z)
    m = m + p
    return m.addingProduct(e, V(repeating: 0.693359375))
  }
  @inline(__always) static func sinCos(_ x0: V) -> (sin: V, cos: V) {
    var x = x0
    let scaled = x * 1.27323954473516
    let magic = scaled + 0x1.8p23
    let nearest = magic - 0x1.8p23
    var j = SIMD8<Int32>(truncatingIfNeeded: unsafeBitCast(magic, to: SIMD8<UInt32>.self) & 0xffff)
    j = j &- SIMD8<Int32>(repeating: 0).replacing(with: SIMD8<Int32>(repeating: 1), where: nearest .> scaled)
    j = (j &+ 1) & ~1
    let y = V(j)
    x = x.addingProduct(y, V(repeating: -0.78515625))
    x = x.addingProduct(y, V(repeating: -2.4187564849853515625e-4))
    x = x.addingProduct(y, V(repeating: -3.77489497744594108e-8))
    let z = x * x
    var c = V(repeating: -1.388731625493765e-3).addingProduct(V(repeating: 2.443315711809948e-5), z)
    c = V(repeating: 4.166664568298827e-2).addingProduct(c, z)
    c = c * z
    c = (-(0.5 * z)).addingProduct(c, z) + 1
    var s = V(repeating: 8.3321608736e-3).addingProduct(V(repeating: -1.9515295891e-4), z)
    s = V(repeating: -1.6666654611e-1).addingProduct(s, z)
    s = s * z
    s = x.addingProduct(s, x)
    // Comparisons of integer vectors compile to a loop over lanes; masks made by arithmetic do not.
    let bits = SIMD8<UInt32>(truncatingIfNeeded: j)
    let swap = 0 &- ((bits &>> 1) & 1)
    let sineBits = unsafeBitCast(s, to: SIMD8<UInt32>.self), cosineBits = unsafeBitCast(c, to: SIMD8<UInt32>.self)
    let difference = (sineBits ^ cosineBits) & swap
    let sineSign = (bits & 4) &<< 29
    let cosineSign = (~(bits &- 2) & 4) &<< 29
    return (
      unsafeBitCast(sineBits ^ difference ^ sineSign, to: V.self),
      unsafeBitCast(cosineBits ^ difference ^ cosineSign, to: V.self)
    )
  }
}
