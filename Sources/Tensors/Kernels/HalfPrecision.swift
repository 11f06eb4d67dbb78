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

/// Exact, also for subnormals, infinities and NaN; integer arithmetic and one exact product, so that it is
/// the same on processors without conversion instructions.
@inline(__always)
func widenFloat16(_ bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) &<< 16
  let magnitude = UInt32(bits & 0x7fff) &<< 13
  // Reading the bits as binary32 leaves the exponent 112 too small; a power of two mends that exactly.
  let value = Float(bitPattern: magnitude) * 0x1p112
  let isSpecial = magnitude >= 0x0f80_0000
  let pattern = isSpecial ? magnitude | 0x7f80_0000 : value.bitPattern
  return Float(bitPattern: pattern | sign)
}
