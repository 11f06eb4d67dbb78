import Tensors

/// One direction of a plot: what is measured and in which unit, and how its numbers are spread.
///
/// A string literal is an axis with that title: `x: "step", y: "loss (nats)"`.
public struct Axis: Sendable, ExpressibleByStringInterpolation {
  /// What is measured, with its unit: `accuracy (%)`.
  public let title: String
  let range: ClosedRange<Double>?
  let included: [Double]
  let isLogarithmic: Bool
  let format: NumberFormat?

  /// An axis of equal steps.
  ///
  /// - Parameters:
  ///   - title: what is measured, with its unit.
  ///   - range: what is shown; what lies outside is cut off. All values with even ends if nil.
  ///   - including: numbers that are shown in any case, for example 0.
  ///   - format: of the numbers at the marks; as many decimals as they need if nil.
  public init(
    _ title: String, range: ClosedRange<Double>? = nil, including: Double..., format: NumberFormat? = nil
  ) {
    self.init(title: title, range: range, included: including, isLogarithmic: false, format: format)
  }

  /// An axis on which equal steps are equal factors; all values are positive.
  public static func logarithmic(
    _ title: String, range: ClosedRange<Double>? = nil, format: NumberFormat? = nil
  ) -> Axis {
    Axis(title: title, range: range, included: [], isLogarithmic: true, format: format)
  }

  /// An axis with a title.
  public init(stringLiteral title: String) { self.init(title) }

  /// The same axis over a stated range.
  func showing(_ range: ClosedRange<Double>) -> Axis {
    Axis(title: title, range: range, included: [], isLogarithmic: isLogarithmic, format: format)
  }

  private init(
    title: String, range: ClosedRange<Double>?, included: [Double], isLogarithmic: Bool, format: NumberFormat?
  ) {
    self.title = title
    self.range = range
    self.included = included
    self.isLogarithmic = isLogarithmic
    self.format = format
  }
}

/// An axis with its range and marks chosen.
struct AxisScale {
  let range: ClosedRange<Double>
  let ticks: [Tick]
  let isLogarithmic: Bool

  /// - Parameters:
  ///   - values: what is drawn.
  ///   - count: about how many marks there is room for.
  ///   - isExtended: whether an automatic range ends at marks.
  init(_ axis: Axis, values: [Double], count: Int, isExtended: Bool) {
    isLogarithmic = axis.isLogarithmic
    let shown = values + axis.included
    let (low, high) = (shown.min() ?? 0, shown.max() ?? 1)
    let data = axis.range ?? Self.widened(low, high, isLogarithmic: axis.isLogarithmic)
    if axis.isLogarithmic {
      range = isExtended && axis.range == nil ? Ticks.logarithmicEnds(of: data) : data
      ticks = Ticks.logarithmic(range, count: count, format: axis.format)
    } else {
      (range, ticks) = Ticks.linear(
        data, count: count, isExtended: isExtended && axis.range == nil, format: axis.format)
    }
  }

  /// A range with a length, also of equal numbers.
  private static func widened(_ low: Double, _ high: Double, isLogarithmic: Bool) -> ClosedRange<Double> {
    let size = max(low.magnitude, high.magnitude)
    if isLogarithmic { return high / low > 1.01 ? low...high : low / 2...high * 2 }
    if size < PlotCheck.smallest { return 0...1 }
    return high - low > size * 1e-9 ? low...high : low - size / 2...high + size / 2
  }

  /// Where a number lies: 0 at the axis's beginning, 1 at its end.
  func fraction(_ value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard isLogarithmic else { return (value - low) / (high - low) }
    // A number that is not positive lies before every beginning.
    guard value > 0 else { return -1 }
    return ElementaryDouble.log(value / low) / ElementaryDouble.log(high / low)
  }
}
