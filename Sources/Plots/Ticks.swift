import Notebook
import Tensors

/// A marked place of an axis.
struct Tick: Equatable {
  let value: Double
  let label: String
}

/// Places for the marks of an axis: multiples of 1, 2 or 5 times a power of ten, so that a reader can count on them.
enum Ticks {
  /// Marks of a linear axis.
  ///
  /// - Parameters:
  ///   - range: what the axis shows.
  ///   - count: about how many marks there is room for.
  ///   - isExtended: whether the range grows to the next marks.
  static func linear(
    _ range: ClosedRange<Double>, count: Int, isExtended: Bool, format: NumberFormat?
  ) -> (range: ClosedRange<Double>, ticks: [Tick]) {
    let (mantissa, exponent) = step(over: range.upperBound - range.lowerBound, count: count)
    func multiple(_ index: Int) -> Double {
      let product = Double(index) * Double(mantissa)
      return exponent < 0 ? product / powerOfTen(-exponent) : product * powerOfTen(exponent)
    }
    let step = multiple(1)
    // A range that ends at a mark must not miss it by rounding.
    let tolerance = 1e-9
    let (low, high) = (range.lowerBound / step, range.upperBound / step)
    let first = Int(isExtended ? (low + tolerance).rounded(.down) : (low - tolerance).rounded(.up))
    let last = Int(isExtended ? (high - tolerance).rounded(.up) : (high + tolerance).rounded(.down))
    let ticks = (first...max(first, last)).map { index in
      Tick(value: multiple(index), label: label(multiple(index), exponent: exponent, format: format))
    }
    guard isExtended, let start = ticks.first?.value, let end = ticks.last?.value else { return (range, ticks) }
    return (min(start, range.lowerBound)...max(end, range.upperBound), ticks)
  }

  /// Marks of a logarithmic axis: powers of ten, with 2 and 5 times them where the axis has at most two powers.
  static func logarithmic(_ range: ClosedRange<Double>, count: Int, format: NumberFormat?) -> [Tick] {
    let first = exponent(of: range.lowerBound)
    let last = exponent(of: range.upperBound)
    let (low, high) = (range.lowerBound * (1 - 1e-9), range.upperBound * (1 + 1e-9))
    func values(_ factors: [Double], every step: Int) -> [Double] {
      var result: [Double] = []
      for exponent in stride(from: first, through: last + 1, by: step) {
        for factor in factors {
          let value: Double = exponent < 0 ? factor / powerOfTen(-exponent) : factor * powerOfTen(exponent)
          if value >= low && value <= high { result.append(value) }
        }
      }
      return result
    }
    var chosen = values([1], every: 1)
    if chosen.count < 3 { chosen = values([1, 2, 5], every: 1) }
    if chosen.count > count { chosen = values([1], every: (last - first) / max(count, 1) + 1) }
    return chosen.map { Tick(value: $0, label: format?.text($0) ?? Format.significant($0, digits: 6)) }
  }

  /// The smallest of 1, 2, 5 and 10 times a power of ten that cuts a span into at most `count` pieces.
  static func step(over span: Double, count: Int) -> (mantissa: Int, exponent: Int) {
    let raw = span / Double(max(count, 1))
    let exponent = exponent(of: raw)
    let scaled = exponent < 0 ? raw * powerOfTen(-exponent) : raw / powerOfTen(exponent)
    for mantissa in [1, 2, 5] where scaled <= Double(mantissa) * (1 + 1e-9) { return (mantissa, exponent) }
    return (1, exponent + 1)
  }

  /// The exponent of the largest power of ten that is not over a positive number, by counting.
  static func exponent(of value: Double) -> Int {
    var exponent = 0
    while powerOfTen(exponent + 1) <= value { exponent += 1 }
    while exponent <= 0 && value * powerOfTen(-exponent) < 1 { exponent -= 1 }
    return exponent
  }

  static func powerOfTen(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { power, _ in power * 10 }
  }

  private static func label(_ value: Double, exponent: Int, format: NumberFormat?) -> String {
    switch format {
    case nil where exponent > 5 || exponent < -5: Format.significant(value, digits: 4)
    case nil: Format.fixed(value, decimals: max(-exponent, 0))
    case .percent: Format.percent(value, decimals: max(-exponent - 2, 0))
    case let format?: format.text(value)
    }
  }
}
