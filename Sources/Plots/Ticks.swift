import Notebook

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

  /// Marks of a logarithmic axis: powers of ten, with 2 and 5 times them where there is room.
  static func logarithmic(_ range: ClosedRange<Double>, count: Int, format: NumberFormat?) -> [Tick] {
    let fine = multiples([1, 2, 5], in: range, every: 1)
    var chosen = multiples([1], in: range, every: 1)
    if fine.count <= count || chosen.count < 2 { chosen = fine }
    var step = 2
    while chosen.count > max(count, 2), step < 400 {
      chosen = multiples([1], in: range, every: step)
      step += 1
    }
    return chosen.map { Tick(value: $0.value, label: format?.text($0.value) ?? label($0)) }
  }

  /// The range grown to 1, 2 or 5 times a power of ten.
  static func logarithmicEnds(of range: ClosedRange<Double>) -> ClosedRange<Double> {
    let around = multiples([1, 2, 5], in: range.lowerBound / 11...range.upperBound * 11, every: 1).map(\.value)
    let low = around.last { $0 <= range.lowerBound * (1 + 1e-9) } ?? range.lowerBound
    let high = around.first { $0 >= range.upperBound * (1 - 1e-9) } ?? range.upperBound
    return min(low, range.lowerBound)...max(high, range.upperBound)
  }

  /// A small whole number times a power of ten.
  private struct Multiple {
    let factor, exponent: Int
    var value: Double {
      exponent < 0 ? Double(factor) / powerOfTen(-exponent) : Double(factor) * powerOfTen(exponent)
    }
  }

  private static func multiples(_ factors: [Int], in range: ClosedRange<Double>, every step: Int) -> [Multiple] {
    let (low, high) = (range.lowerBound * (1 - 1e-9), range.upperBound * (1 + 1e-9))
    let (first, last) = (exponent(of: low), exponent(of: high))
    // Every second or third power is one that the step divides, so that 1 stays among them.
    let start = first - ((first % step) + step) % step
    return stride(from: start, through: last, by: step).flatMap { exponent in
      factors.map { Multiple(factor: $0, exponent: exponent) }
    }.filter { (low...high).contains($0.value) }
  }

  /// `0.001` to `1,000`, and further out `2·10⁻⁵`.
  private static func label(_ multiple: Multiple) -> String {
    guard abs(multiple.exponent) > 3 else {
      return Format.fixed(multiple.value, decimals: max(-multiple.exponent, 0))
    }
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let power = String(multiple.exponent.magnitude).compactMap { $0.wholeNumberValue.map { digits[$0] } }
    return (multiple.factor == 1 ? "10" : "\(multiple.factor)·10") + (multiple.exponent < 0 ? "⁻" : "")
      + String(power)
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
