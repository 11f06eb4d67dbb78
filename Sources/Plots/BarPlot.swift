import Images
import Notebook

/// Horizontal bars with their numbers: accuracies of models, parts of a whole, parameters by layer.
///
/// ```swift
/// BarPlot(
///   "Accuracy on held-out digits", value: Axis("accuracy", format: .percent(decimals: 1)),
///   bars: [Bar("logistic regression", 0.967), Bar("tiny ViT", runs: [0.941, 0.950, 0.956])],
///   reference: .vertical(at: 0.1, "chance"))
/// ```
public struct BarPlot: Plot {
  /// How the series' bars of a category stand.
  public enum Arrangement: Sendable {
    /// Under each other.
    case grouped
    /// One after the other, so that the whole bar is their sum; all numbers are zero or more.
    case stacked
  }

  /// The heading.
  public let title: String
  /// In pixels.
  public let width: Int
  let value: Axis
  let categories: [String]
  let series: [BarSeries]
  let arrangement: Arrangement
  let reference: ReferenceLine?
  let format: NumberFormat

  /// One bar for each name.
  ///
  /// - Parameters:
  ///   - title: what is compared: the heading.
  ///   - value: the axis of the numbers, with its unit. Its format is that of the numbers at the bars.
  ///   - bars: from the top.
  ///   - reference: a vertical line that marks a known number, such as chance.
  ///   - width: in pixels.
  public init(
    _ title: String, value: Axis, bars: [Bar], reference: ReferenceLine? = nil, width: Int = 640
  ) {
    self.init(
      title: title, value: value, categories: bars.map(\.name),
      series: [BarSeries(values: bars.map(\.value), runs: bars.map(\.runs))], arrangement: .grouped,
      reference: reference, width: width)
  }

  /// Several bars for each category.
  ///
  /// - Parameters:
  ///   - title: what is compared: the heading.
  ///   - value: the axis of the numbers, with its unit. Its format is that of the numbers at the bars.
  ///   - categories: from the top.
  ///   - series: one to eight, with a number for each category.
  ///   - arrangement: grouped under each other, or stacked to a sum.
  ///   - reference: a vertical line that marks a known number, such as chance.
  ///   - width: in pixels.
  public init(
    _ title: String, value: Axis, categories: [String], series: [BarSeries], arrangement: Arrangement = .grouped,
    reference: ReferenceLine? = nil, width: Int = 640
  ) {
    PlotCheck("BarPlot", title).names(series.map(\.name), "series")
    self.init(
      title: title, value: value, categories: categories, series: series, arrangement: arrangement,
      reference: reference, width: width)
  }

  private init(
    title: String, value: Axis, categories: [String], series: [BarSeries], arrangement: Arrangement,
    reference: ReferenceLine?, width: Int
  ) {
    let check = PlotCheck("BarPlot", title)
    check.require(!categories.isEmpty, "there is no bar to draw")
    check.require(!value.isLogarithmic, "a bar begins at 0, which a logarithmic axis does not have")
    check.require(reference?.direction != .horizontal, "bars are horizontal, so the reference line is vertical")
    for one in series {
      let name = one.name.isEmpty ? "the bars" : "series '\(one.name)'"
      check.require(
        one.values.count == categories.count,
        "\(name) has \(one.values.count) values for \(categories.count) categories")
      check.numbers(one.values, of: name)
      check.numbers(one.runs.flatMap { $0 }, of: "\(name), runs")
      if arrangement == .stacked, let negative = one.values.first(where: { $0 < 0 }) {
        check.fail("\(name): \(NumberFormat.short(negative)) cannot be stacked, since it is negative")
      }
    }
    check.numbers(reference.map { [$0.value] } ?? [], of: "the reference line")
    check.axis(value, "value", [])
    check.size(width)
    self.title = title
    self.value = value
    self.categories = categories
    self.series = series
    self.arrangement = arrangement
    self.reference = reference
    self.width = width
    format = value.format ?? Self.format(for: series.flatMap(\.values))
  }

  /// Whole numbers as such, others with four digits.
  private static func format(for values: [Double]) -> NumberFormat {
    values.allSatisfy { $0 == $0.rounded() } ? .decimals(0) : .significant(4)
  }

  /// The sums of stacked bars.
  var totals: [Double] {
    categories.indices.map { index in series.reduce(0) { $0 + $1.values[index] } }
  }

  /// Everything that the axis has to show.
  var shownValues: [Double] {
    let ends = arrangement == .stacked ? totals : series.flatMap(\.values) + series.flatMap { $0.runs.flatMap { $0 } }
    return ends + [0] + (reference.map { [$0.value] } ?? [])
  }

  /// The kind of plot, and each bar's number.
  public var summary: String? {
    let bars = categories.enumerated().map { index, name in
      let numbers = series.map { one in
        (one.name.isEmpty ? "" : "\(one.name) ") + format.text(one.values[index]) + Self.spread(one.runs[index], format)
      }
      return "\(name): \(numbers.joined(separator: ", "))"
    }
    let kind = arrangement == .stacked ? "Stacked bars" : "Bars"
    return "\(kind): \(title). Measured: \(value.title). " + bars.joined(separator: "; ") + "."
      + (reference.map { [$0] } ?? []).sentence(value, value)
  }

  /// ` (94.1 to 95.6 in 3 runs)`; empty without runs.
  static func spread(_ runs: [Double], _ format: NumberFormat) -> String {
    guard let low = runs.min(), let high = runs.max() else { return "" }
    return " (\(format.text(low)) to \(format.text(high)) in \(runs.count) run\(runs.count == 1 ? "" : "s"))"
  }
}

extension BarSeries {
  /// The only series of a plot, which needs no name.
  init(values: [Double], runs: [[Double]]) {
    name = ""
    self.values = values
    self.runs = runs
  }
}
