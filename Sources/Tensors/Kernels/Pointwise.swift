/// A function of one number, written for eight lanes.
protocol UnaryKernel {
  func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float>
}

/// A function of two numbers, written for eight lanes.
protocol BinaryKernel {
  func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float>
}

/// Element-by-element loops. A tail shorter than eight runs through the same vector code, padded, so that an
/// element's bits do not depend on where it lies.
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
      var i = 0
      while i < whole {
        store(kernel(load(x + i), load(y + i)), out + i)
        i &+= 8
      }
      if rest > 0 { storePart(kernel(loadPart(x + i, rest), loadPart(y + i, rest)), rest, out + i) }
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
    map(AddKernel(), target, step: 1, source, step: 1, count: count, to: target)
  }
}

struct AddKernel: BinaryKernel {
  @inline(__always) func callAsFunction(_ x: SIMD8<Float>, _ y: SIMD8<Float>) -> SIMD8<Float> { x + y }
}

/// The first `count` (< 8) lanes from memory, zeros behind.
@inline(__always)
func loadPart(_ pointer: UnsafePointer<Float>, _ count: Int) -> SIMD8<Float> {
  var vector = SIMD8<Float>.zero
  for lane in 0..<count { vector[lane] = pointer[lane] }
  return vector
}

/// Writes the first `count` (< 8) lanes.
@inline(__always)
func storePart(_ vector: SIMD8<Float>, _ count: Int, _ pointer: UnsafeMutablePointer<Float>) {
  for lane in 0..<count { pointer[lane] = vector[lane] }
}
