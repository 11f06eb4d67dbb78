/// A function of one number, written for eight lanes.
protocol UnaryKernel {
  func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float>
}

/// A function of two numbers, written for eight lanes.
protocol BinaryKernel {
  func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float>
}

/// A function of three numbers, written for eight lanes.
protocol TernaryKernel {
  func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>) -> SIMD8<Float>
}

/// Loops that apply a kernel element by element. The last elements, fewer than eight, go through the same vector code
/// with zeros behind them, so that an element's bits do not depend on its position.
///
/// A kernel is a type and no closure, because the compiler inlines a type's function into each loop. With closures,
/// loops of more than one or two instructions took 1.05 to 3.5 times as long (Swift 6.3, on one machine with AVX2).
enum Pointwise {
  @inline(__always)
  static func map<Kernel: UnaryKernel>(
    _ kernel: Kernel, _ x: UnsafePointer<Float>, count: Int, to out: UnsafeMutablePointer<Float>
  ) {
    let whole = count & ~7
    var i = 0
    while i < whole {
      store(kernel(load(x + i)), out + i)
      i &+= 8
    }
    if i < count { storePart(kernel(loadPart(x + i, count &- i)), count &- i, out + i) }
  }

  /// Whole vectors only: `count` is a multiple of eight.
  @inline(__always)
  static func map<Kernel: UnaryKernel>(
    _ kernel: Kernel, whole x: UnsafePointer<Float>, count: Int, to out: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i < count {
      store(kernel(load(x + i)), out + i)
      i &+= 8
    }
  }

  /// Both operands contiguous.
  @inline(__always)
  static func map<Kernel: BinaryKernel>(
    _ kernel: Kernel, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int,
    to out: UnsafeMutablePointer<Float>
  ) {
    let whole = count & ~7
    let rest = count &- whole
    var i = 0
    while i < whole {
      store(kernel(load(x + i), load(y + i)), out + i)
      i &+= 8
    }
    if rest > 0 { storePart(kernel(loadPart(x + i, rest), loadPart(y + i, rest)), rest, out + i) }
  }

  /// All three operands contiguous.
  @inline(__always)
  static func map<Kernel: TernaryKernel>(
    _ kernel: Kernel, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ z: UnsafePointer<Float>, count: Int,
    to out: UnsafeMutablePointer<Float>
  ) {
    let whole = count & ~7
    let rest = count &- whole
    var i = 0
    while i < whole {
      store(kernel(load(x + i), load(y + i), load(z + i)), out + i)
      i &+= 8
    }
    if rest > 0 {
      storePart(kernel(loadPart(x + i, rest), loadPart(y + i, rest), loadPart(z + i, rest)), rest, out + i)
    }
  }

  /// Both operands contiguous (`step` 1) or one value for the whole run (`step` 0).
  @inline(__always)
  static func map<Kernel: BinaryKernel>(
    _ kernel: Kernel, _ x: UnsafePointer<Float>, step xStep: Int, _ y: UnsafePointer<Float>, step yStep: Int,
    count: Int, to out: UnsafeMutablePointer<Float>
  ) {
    let whole = count & ~7
    let rest = count &- whole
    switch (xStep, yStep) {
    case (1, 1):
      map(kernel, x, y, count: count, to: out)
    case (1, _):
      let same = SIMD8<Float>(repeating: y[0])
      var i = 0
      while i < whole {
        store(kernel(load(x + i), same), out + i)
        i &+= 8
      }
      if rest > 0 { storePart(kernel(loadPart(x + i, rest), same), rest, out + i) }
    case (_, 1):
      let same = SIMD8<Float>(repeating: x[0])
      var i = 0
      while i < whole {
        store(kernel(same, load(y + i)), out + i)
        i &+= 8
      }
      if rest > 0 { storePart(kernel(same, loadPart(y + i, rest)), rest, out + i) }
    default:
      let value = kernel(SIMD8(repeating: x[0]), SIMD8(repeating: y[0]))[0]
      for i in 0..<count { out[i] = value }
    }
  }

  /// `target += source`.
  static func add(_ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutablePointer<Float>) {
    map(AddKernel(), target, source, count: count, to: target)
  }
}

struct AddKernel: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { x + y }
}

/// The first `count` (1 to 7) lanes from memory, zeros behind. By cases, because a lane whose number is known only
/// when the program runs takes a detour through memory.
func loadPart(_ p: UnsafePointer<Float>, _ count: Int) -> SIMD8<Float> {
  switch count {
  case 1: SIMD8(p[0], 0, 0, 0, 0, 0, 0, 0)
  case 2: SIMD8(p[0], p[1], 0, 0, 0, 0, 0, 0)
  case 3: SIMD8(p[0], p[1], p[2], 0, 0, 0, 0, 0)
  case 4: SIMD8(lowHalf: loadFour(p), highHalf: .zero)
  case 5: SIMD8(lowHalf: loadFour(p), highHalf: SIMD4(p[4], 0, 0, 0))
  case 6: SIMD8(lowHalf: loadFour(p), highHalf: SIMD4(p[4], p[5], 0, 0))
  case 7: SIMD8(lowHalf: loadFour(p), highHalf: SIMD4(p[4], p[5], p[6], 0))
  default: .zero
  }
}

/// The first `count` (1 to 7) lanes, zeros behind.
func firstLanes(_ v: SIMD8<Float>, _ count: Int) -> SIMD8<Float> {
  switch count {
  case 1: SIMD8(v[0], 0, 0, 0, 0, 0, 0, 0)
  case 2: SIMD8(v[0], v[1], 0, 0, 0, 0, 0, 0)
  case 3: SIMD8(v[0], v[1], v[2], 0, 0, 0, 0, 0)
  case 4: SIMD8(lowHalf: v.lowHalf, highHalf: .zero)
  case 5: SIMD8(lowHalf: v.lowHalf, highHalf: SIMD4(v[4], 0, 0, 0))
  case 6: SIMD8(lowHalf: v.lowHalf, highHalf: SIMD4(v[4], v[5], 0, 0))
  case 7: SIMD8(lowHalf: v.lowHalf, highHalf: SIMD4(v[4], v[5], v[6], 0))
  default: .zero
  }
}

/// Writes the first `count` (1 to 7) lanes.
func storePart(_ v: SIMD8<Float>, _ count: Int, _ p: UnsafeMutablePointer<Float>) {
  var rest = v.lowHalf
  var p = p
  if count & 4 != 0 {
    UnsafeMutableRawPointer(p).storeBytes(of: rest, as: SIMD4<Float>.self)
    rest = v.highHalf
    p += 4
  }
  if count & 3 > 0 { p[0] = rest[0] }
  if count & 3 > 1 { p[1] = rest[1] }
  if count & 3 > 2 { p[2] = rest[2] }
}

@inline(__always)
private func loadFour(_ p: UnsafePointer<Float>) -> SIMD4<Float> {
  UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Float>.self)
}
