import Support

/// The exact decimal digits of a finite binary floating-point number.
///
/// Every `Double` is a whole number times a power of two, so it has a finite decimal expansion (at most 1,074 digits
/// after the point). Rounding these digits is what C's `printf` and Python's `format` do; with the digits at hand the
/// rounding is a look at the next digit, and no floating-point arithmetic can move the result.
///
/// The number is `0.d₁d₂d₃… × 10^pointPosition`.
struct DecimalExpansion: Equatable {
  /// Decimal digits, most significant first, without zeros at either end; empty for zero.
  private(set) var digits: [UInt8]
  /// How many digits stand before the decimal point: negative when zeros follow it, beyond the digits when zeros
  /// precede it.
  private(set) var pointPosition: Int

  /// Expands a number's magnitude; the sign is the caller's.
  ///
  /// - Parameter value: a finite number.
  init(magnitudeOf value: Double) {
    if !value.isFinite { reportMisuse("DecimalExpansion", "only a finite number has digits, not \(value)") }
    let isSubnormal = value.exponentBitPattern == 0
    let significand = value.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
    let binaryExponent = max(Int(value.exponentBitPattern), 1) - 1075
    guard significand != 0 else {
      digits = []
      pointPosition = 0
      return
    }

    // significand × 2^e is a whole number for e ≥ 0; otherwise it is (significand × 5^-e) / 10^-e.
    let halvings = significand.trailingZeroBitCount
    let exponent = binaryExponent + halvings
    var whole = WholeNumber(significand >> UInt64(halvings))
    if exponent >= 0 {
      whole.multiply(by: 2, times: exponent)
    } else {
      whole.multiply(by: 5, times: -exponent)
    }
    digits = whole.digits
    pointPosition = digits.count + min(exponent, 0)
    dropTrailingZeros()
  }

  /// Whether the number is zero.
  var isZero: Bool { digits.isEmpty }

  /// The digit at a decimal place, zero outside the stored digits.
  subscript(place: Int) -> UInt8 {
    digits.indices.contains(place) ? digits[place] : 0
  }

  /// Rounds to `count` leading digits, a tie to the even digit.
  ///
  /// `count` may be zero or negative: then the number is less than one unit of the last kept place, and becomes that
  /// unit or zero.
  func rounded(toDigits count: Int) -> DecimalExpansion {
    guard count < digits.count else { return self }
    var result = self
    guard count >= 0 else {
      result.digits = []
      result.pointPosition = 0
      return result
    }
    let next = digits[count]
    let isTie = next == 5 && count == digits.count - 1
    let lastIsOdd = count > 0 && digits[count - 1] % 2 == 1
    result.digits = Array(digits[..<count])
    if next > 5 || (next == 5 && !isTie) || (isTie && lastIsOdd) { result.addOneInLastPlace() }
    result.dropTrailingZeros()
    return result
  }

  private mutating func addOneInLastPlace() {
    var place = digits.count - 1
    while place >= 0, digits[place] == 9 {
      digits[place] = 0
      place -= 1
    }
    if place >= 0 {
      digits[place] += 1
    } else {
      digits.insert(1, at: 0)
      pointPosition += 1
    }
  }

  private mutating func dropTrailingZeros() {
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { pointPosition = 0 }
  }
}

/// A non-negative whole number of any size in base 10⁹, so that its decimal digits can be read off.
private struct WholeNumber {
  private static let base: UInt64 = 1_000_000_000
  /// Least significant first.
  private var limbs: [UInt64] = []

  init(_ value: UInt64) {
    var rest = value
    while rest > 0 {
      limbs.append(rest % Self.base)
      rest /= Self.base
    }
  }

  /// Multiplies by `factor` (2 or 5) to the power `times`, in steps whose factor stays under 2³¹.
  mutating func multiply(by factor: UInt64, times: Int) {
    let stepLength = 13
    for start in stride(from: 0, to: times, by: stepLength) {
      var step: UInt64 = 1
      for _ in start..<min(start + stepLength, times) { step *= factor }
      var carry: UInt64 = 0
      for index in limbs.indices {
        let product = limbs[index] * step + carry
        limbs[index] = product % Self.base
        carry = product / Self.base
      }
      while carry > 0 {
        limbs.append(carry % Self.base)
        carry /= Self.base
      }
    }
  }

  /// Decimal digits, most significant first, without leading zeros.
  var digits: [UInt8] {
    var result: [UInt8] = []
    for limb in limbs {
      var rest = limb
      for _ in 0..<9 {
        result.append(UInt8(rest % 10))
        rest /= 10
      }
    }
    while result.last == 0 { result.removeLast() }
    return result.reversed()
  }
}
