import Images
import Notebook

/// A matrix as colored cells with their numbers: similarities, attention, confusions.
///
/// ```swift
/// HeatMapPlot(
///   "Cosines of pictures and captions", rows: pictures, columns: captions, values: cosines,
///   scaleTitle: "cosine", decimals: 2)
/// ```
public struct HeatMapPlot: Plot {
  /// Which colors the numbers have.
  public enum Colors: Sendable {
    /// From dark blue over green to yellow, for numbers from little to much.
    case sequential
    /// From blue over white to red, for numbers around zero, which is white.
    case diverging
  }

  /// The most cells that are drawn; `Image.heatMap` draws more, without text.
  static let cellLimit = 4096

  /// The heading.
  public let title: String
  /// In pixels.
  public let width: Int
  let rows, columns: [String]
  let rowTitle, columnTitle, scaleTitle: String
  let values: [[Double]]
  let colors: Colors
  let range: ClosedRange<Double>
  let format: NumberFormat
  let showsNumbers: Bool

  /// A matrix with names of its rows and columns.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - rows: the names of the rows from above, or none.
  ///   - columns: the names of the columns from the left, or none.
  ///   - values: row by row.
  ///   - rowTitle: what the rows are.
  ///   - columnTitle: what the columns are.
  ///   - scaleTitle: what the numbers are, with their unit.
  ///   - colors: sequential, or diverging around zero.
  ///   - range: the numbers of the first and the last color; if nil, the smallest and largest, with zero in the middle of
  ///     diverging colors.
  ///   - decimals: of the numbers in the cells and beside the scale; nil leaves those in the cells out.
  ///   - width: in pixels.
  public init(
    _ title: String, rows: [String] = [], columns: [String] = [], values: [[some PlotValue]], rowTitle: String = "",
    columnTitle: String = "", scaleTitle: String, colors: Colors = .sequential, range: ClosedRange<Double>? = nil,
    decimals: Int? = 2, width: Int = 640
  ) {
    let check = PlotCheck("HeatMapPlot", title)
    let values = values.map { $0.map(\.plotValue) }
    let columnCount = values.first?.count ?? 0
    check.require(columnCount > 0, "there are no values")
    for (index, row) in values.enumerated() {
      check.require(
        row.count == columnCount, "row \(index) has \(row.count) values, row 0 has \(columnCount)")
      check.numbers(row, of: "row \(index)")
    }
    check.require(
      rows.isEmpty || rows.count == values.count, "\(rows.count) names for \(values.count) rows")
    check.require(
      columns.isEmpty || columns.count == columnCount, "\(columns.count) names for \(columnCount) columns")
    check.require(
      values.count * columnCount <= Self.cellLimit,
      "\(values.count)×\(columnCount) cells are more than \(Self.cellLimit): Image.heatMap draws them")
    if let range { check.axis(Axis("", range: range), "color", []) }
    if let decimals { check.require((0...9).contains(decimals), "\(decimals) decimals are not between 0 and 9") }
    check.size(width)
    self.title = title
    self.width = width
    self.rows = rows
    self.columns = columns
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.scaleTitle = scaleTitle
    self.values = values
    self.colors = colors
    self.range = range ?? Self.range(of: values.flatMap { $0 }, colors)
    format = .decimals(decimals ?? 2)
    showsNumbers = decimals != nil
  }

  /// The same for numbers that stand row by row in one list.
  public init(
    _ title: String, rows: [String], columns: [String], values: [some PlotValue], rowTitle: String = "",
    columnTitle: String = "", scaleTitle: String, colors: Colors = .sequential, range: ClosedRange<Double>? = nil,
    decimals: Int? = 2, width: Int = 640
  ) {
    PlotCheck("HeatMapPlot", title).require(
      !values.isEmpty && rows.count * columns.count == values.count,
      "\(rows.count) rows and \(columns.count) columns need as many numbers, not \(values.count)")
    self.init(
      title, rows: rows, columns: columns,
      values: rows.indices.map { Array(values[$0 * columns.count..<($0 + 1) * columns.count]) }, rowTitle: rowTitle,
      columnTitle: columnTitle, scaleTitle: scaleTitle, colors: colors, range: range, decimals: decimals, width: width)
  }

  private static func range(of values: [Double], _ colors: Colors) -> ClosedRange<Double> {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    if colors == .diverging {
      let reach = max(low.magnitude, high.magnitude)
      return reach > PlotCheck.smallest ? -reach...reach : -1...1
    }
    return high - low > max(low.magnitude, high.magnitude) * 1e-9 ? low...high : low...low + max(low.magnitude, 1)
  }

  /// Where a number lies between the first color, 0, and the last, 1.
  func fraction(_ value: Double) -> Double {
    min(max((value - range.lowerBound) / (range.upperBound - range.lowerBound), 0), 1)
  }

  func color(at fraction: Double) -> Color {
    (colors == .diverging ? Colormap.diverging : Colormap.viridis).color(at: Float(fraction))
  }

  /// The size, the range, and where the largest and the smallest number stand.
  public var summary: String? {
    let places = values.indices.flatMap { row in values[row].indices.map { (row: row, column: $0) } }
    func value(_ place: (row: Int, column: Int)) -> Double { values[place.row][place.column] }
    guard let high = places.max(by: { value($0) < value($1) }), let low = places.min(by: { value($0) < value($1) })
    else { return nil }
    func name(_ place: (row: Int, column: Int)) -> String {
      let row = rows.isEmpty ? "row \(place.row + 1)" : rows[place.row]
      let column = columns.isEmpty ? "column \(place.column + 1)" : columns[place.column]
      return "\(format.text(value(place))) (\(row), \(column))"
    }
    return "Heat map: \(title). \(values.count) rows\(rowTitle.isEmpty ? "" : " (\(rowTitle))") and "
      + "\(values[0].count) columns\(columnTitle.isEmpty ? "" : " (\(columnTitle))") of \(scaleTitle). "
      + "Largest: \(name(high)); smallest: \(name(low))."
  }
}
