import Notebook

/// How a plot writes its numbers.
public enum NumberFormat: Sendable, Equatable {
  /// A fixed count of decimals, with thousands separators: `12,345.68`.
  case decimals(Int)
  /// A fraction as a percentage: 0.9563 with one decimal is `95.6%`.
  case percent(decimals: Int)
  /// A count of significant digits, as short as it goes.
  case significant(Int)

  /// The number as text.
  public func text(_ value: Double) -> String {
    switch self {
    case .decimals(let count): Format.fixed(value, decimals: count)
    case .percent(let decimals): Format.percent(value, decimals: decimals)
    case .significant(let digits): Format.significant(value, digits: digits)
    }
  }

  /// A number in running text, where no format was asked for.
  static func short(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e9
      ? Format.fixed(value, decimals: 0) : Format.significant(value, digits: 4)
  }
}

extension String {
  /// With a true minus sign before a number instead of a hyphen.
  var withMinusSign: String { hasPrefix("-") ? "\u{2212}" + dropFirst() : self }
}
