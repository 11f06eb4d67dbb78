internal import CPrefetch

/// How the numbers of a tensor are stored. Arithmetic is always in 32 bits: the half-size types are for
/// weights, and are widened inside the kernel that reads them.
public enum ElementType: Sendable {
  /// IEEE binary32.
  case float32
  /// The upper half of a binary32: 8 bits of exponent, 7 of fraction.
  case bfloat16
  /// IEEE binary16: 5 bits of exponent, 10 of fraction.
  case float16

  /// Bytes that one number takes.
  public var byteCount: Int { self == .float32 ? 4 : 2 }
}

/// The exact value of a stored half-size float.
@inline(__always)
func widen(_ bits: UInt16, _ type: ElementType) -> Float {
  type == .bfloat16 ? Float(bitPattern: UInt32(bits) &<< 16) : widenFloat16(bits)
}

/// The exact value of a binary16, also of subnormals and infinities. A NaN keeps its sign and payload and is made
/// quiet, as conversion instructions do it; integer arithmetic and one exact product, so that processors without such
/// instructions give the same bits.
@inlinable @inline(__always)
package func widenFloat16(_ bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) &<< 16
  let magnitude = UInt32(bits & 0x7fff) &<< 13
  // Reading the bits as binary32 leaves the exponent 112 too small; a power of two mends that exactly.
  let value = Float(bitPattern: magnitude) * 0x1p112
  let infinity: UInt32 = 0x0f80_0000
  let quiet: UInt32 = magnitude > infinity ? 0x0040_0000 : 0
  let pattern = magnitude >= infinity ? magnitude | 0x7f80_0000 | quiet : value.bitPattern
  return Float(bitPattern: pattern | sign)
}

/// A format of half-size floats, for kernels that are compiled for each.
protocol HalfFormat {
  /// The exact values of eight stored numbers.
  static func widen(_ bits: SIMD8<UInt16>) -> SIMD8<Float>
}

/// The upper half of a binary32.
enum BFloat16Format: HalfFormat {
  @inline(__always)
  static func widen(_ bits: SIMD8<UInt16>) -> SIMD8<Float> {
    unsafeBitCast(SIMD8<UInt32>(truncatingIfNeeded: bits) &<< 16, to: SIMD8<Float>.self)
  }
}

/// IEEE binary16.
enum Float16Format: HalfFormat {
  /// One instruction where there is one; the same bits as those of a single `widenFloat16`.
  @inline(__always)
  static func widen(_ bits: SIMD8<UInt16>) -> SIMD8<Float> {
    // Swift has no `Float16` on Macs with Intel processors.
    #if arch(arm64) || (arch(x86_64) && !os(macOS))
      if hasInstruction { return SIMD8<Float>(unsafeBitCast(bits, to: SIMD8<Float16>.self)) }
    #endif
    return widenByIntegers(bits)
  }

  private static var hasInstruction: Bool { CONVERTS_HALVES != 0 }

  /// `widenFloat16` in eight lanes.
  @inline(__always)
  static func widenByIntegers(_ bits: SIMD8<UInt16>) -> SIMD8<Float> {
    let wide = SIMD8<UInt32>(truncatingIfNeeded: bits)
    let sign = (wide & 0x8000) &<< 16
    let magnitude = (wide & 0x7fff) &<< 13
    let value = unsafeBitCast(magnitude, to: SIMD8<Float>.self) * 0x1p112
    let infinity = SIMD8<UInt32>(repeating: 0x0f80_0000)
    let quiet = SIMD8<UInt32>.zero.replacing(with: 0x0040_0000, where: magnitude .> infinity)
    let pattern = unsafeBitCast(value, to: SIMD8<UInt32>.self).replacing(
      with: magnitude | 0x7f80_0000 | quiet, where: magnitude .>= infinity)
    return unsafeBitCast(pattern | sign, to: SIMD8<Float>.self)
  }
}

/// The exact values of `count` numbers that lie side by side.
func widen(_ source: UnsafePointer<UInt16>, _ type: ElementType, count: Int, to target: UnsafeMutablePointer<Float>) {
  @inline(__always)
  func each<Format: HalfFormat>(_ format: Format.Type) {
    var i = 0
    while i &+ 8 <= count {
      store(Format.widen(load(source + i)), target + i)
      i &+= 8
    }
    while i < count {
      target[i] = widen(source[i], type)
      i &+= 1
    }
  }
  if type == .bfloat16 { each(BFloat16Format.self) } else { each(Float16Format.self) }
}

/// Fetches two of the cache lines of eight columns of half-size floats that are needed soon, or at the end of the columns
/// those of the next ones. A processor by itself does not see in time that many short columns are read side by side.
///
/// - Parameters:
///   - k: how far the columns are read, a multiple of eight: four calls fetch one line of each column.
///   - after: from these columns to those that come when `depth` numbers of each are read.
@inline(__always)
func fetchAhead(_ columns: UnsafePointer<UInt16>, stride: Int, _ k: Int, depth: Int, after: Int) {
  var later = (k & ~31) &+ 256
  if later >= depth { later = later &- depth &+ after }
  let next = columns + ((k &>> 2 & 6) &* stride &+ later)
  prefetch(next)
  prefetch(next + stride)
}
