import Support

/// Numbers as text, the same bytes on every machine.
///
/// The digits come from the exact decimal expansion of the binary value and are rounded half to even, as C's `printf`
/// and Python's `format` do; no locale and no library formatter is asked. A `Float` is widened first, which is exact.
public enum Format {
  /// A whole number with thousands separators: `85,806,346`.
  public static func integer(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    return (value < 0 ? "-" : "") + grouped(digits)
  }

  /// A number with a fixed count of decimals and thousands separators: `12,345.68`; Python's `:,.2f`.
  ///
  /// - Parameters:
  ///   - decimals: digits after the point, zero or more.
  ///   - grouping: whether thousands are separated by commas.
  public static func fixed(_ value: some BinaryFloatingPoint, decimals: Int, grouping: Bool = true) -> String {
    if decimals < 0 { reportMisuse("Format.fixed", "a number cannot have \(decimals) decimals") }
    let value = Double(value)
    guard value.isFinite else { return nonFinite(value) }
    let exact = DecimalExpansion(magnitudeOf: value)
    let rounded = exact.rounded(toDigits: exact.pointPosition + decimals)
    return sign(value) + positional(rounded, decimals: decimals, grouping: grouping)
  }

  /// A number with one digit before the point and a fixed count after it: `3.142e+00`; Python's `:.3e`.
  public static func scientific(_ value: some BinaryFloatingPoint, decimals: Int) -> String {
    if decimals < 0 { reportMisuse("Format.scientific", "a number cannot have \(decimals) decimals") }
    let value = Double(value)
    guard value.isFinite else { return nonFinite(value) }
    let rounded = DecimalExpansion(magnitudeOf: value).rounded(toDigits: decimals + 1)
    return sign(value) + exponential(rounded, decimals: decimals)
  }

  /// A number with a count of significant digits, as short as it goes: `2.5`, `1e-05`; Python's `:.9g` for 9 digits.
  ///
  /// Nine digits tell any two `Float` values apart, seventeen any two `Double` values.
  public static func significant(_ value: some BinaryFloatingPoint, digits: Int) -> String {
    if digits < 1 { reportMisuse("Format.significant", "a number cannot have \(digits) significant digits") }
    let value = Double(value)
    guard value.isFinite else { return nonFinite(value) }
    let rounded = DecimalExpansion(magnitudeOf: value).rounded(toDigits: digits)
    let exponent = rounded.isZero ? 0 : rounded.pointPosition - 1
    if exponent < -4 || exponent >= digits {
      return sign(value) + exponential(rounded, decimals: max(rounded.digits.count - 1, 0))
    }
    let decimals = max(rounded.digits.count - rounded.pointPosition, 0)
    return sign(value) + positional(rounded, decimals: rounded.isZero ? 0 : decimals, grouping: false)
  }

  /// A fraction as a percentage: 0.9563 is `95.63%`; Python's `:.2%`, which rounds once when it multiplies by 100.
  public static func percent(_ fraction: some BinaryFloatingPoint, decimals: Int = 2) -> String {
    fixed(Double(fraction) * 100, decimals: decimals, grouping: false) + "%"
  }

  /// A shape or another list of whole numbers as Python prints it: `[1, 196, 768]`.
  public static func list(_ values: [Int]) -> String {
    "[" + values.map(String.init).joined(separator: ", ") + "]"
  }

  /// A list of numbers with a fixed count of decimals: `[0.1000, 0.9000]`.
  public static func list(_ values: [some BinaryFloatingPoint], decimals: Int) -> String {
    "[" + values.map { fixed($0, decimals: decimals) }.joined(separator: ", ") + "]"
  }
}

extension Format {
  private static func sign(_ value: Double) -> String { value.sign == .minus ? "-" : "" }

  private static func nonFinite(_ value: Double) -> String {
    value.isNaN ? "nan" : sign(value) + "inf"
  }

  /// `1234567` as `1,234,567`.
  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }

  private static func positional(_ number: DecimalExpansion, decimals: Int, grouping: Bool) -> String {
    let places = max(number.pointPosition, 0)
    let whole = places == 0 ? "0" : text(of: number, in: 0..<places)
    let start = number.pointPosition
    let fraction = decimals == 0 ? "" : "." + text(of: number, in: start..<start + decimals)
    return (grouping ? grouped(whole) : whole) + fraction
  }

  private static func exponential(_ number: DecimalExpansion, decimals: Int) -> String {
    let exponent = number.isZero ? 0 : number.pointPosition - 1
    let mantissa = text(of: number, in: 0..<1) + (decimals == 0 ? "" : "." + text(of: number, in: 1..<1 + decimals))
    let size = String(exponent.magnitude)
    return mantissa + "e" + (exponent < 0 ? "-" : "+") + (size.count < 2 ? "0" : "") + size
  }

  private static func text(of number: DecimalExpansion, in places: Range<Int>) -> String {
    String(places.map { Character(UnicodeScalar(UInt8(ascii: "0") + number[$0])) })
  }
}
