import Images
import Notebook

/// Curves over an axis: losses and accuracies while a model learns, functions, precision against recall.
///
/// ```swift
/// LinePlot(
///   "Loss while the model learns", x: "step", y: "loss (nats)",
///   series: [LineSeries("training", y: losses), LineSeries("held out", x: steps, y: heldOut)],
///   references: [.horizontal(at: 2.3026, "chance, ln 10")])
/// ```
public struct LinePlot: Plot {
  /// The heading.
  public let title: String
  /// In pixels.
  public let width: Int
  let x, y: Axis
  let series: [LineSeries]
  let references: [ReferenceLine]
  private let minimumHeight: Int

  /// Curves with their axes.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - x: the axis to the right, with its unit.
  ///   - y: the axis upwards, with its unit.
  ///   - series: one to eight curves.
  ///   - references: lines that mark known numbers, such as chance.
  ///   - width: in pixels.
  ///   - height: in pixels; more if title and key need it.
  public init(
    _ title: String, x: Axis, y: Axis, series: [LineSeries], references: [ReferenceLine] = [], width: Int = 640,
    height: Int = 360
  ) {
    let check = PlotCheck("LinePlot", title)
    check.names(series.map(\.name), "series")
    for one in series {
      check.require(!one.y.isEmpty, "series '\(one.name)' has no values")
      check.require(
        one.x.count == one.y.count, "series '\(one.name)' has \(one.x.count) x but \(one.y.count) y")
      check.require(
        one.low.count == one.high.count && (one.low.isEmpty || one.low.count == one.y.count),
        "series '\(one.name)' has \(one.y.count) y, but \(one.low.count) low and \(one.high.count) high")
      check.numbers(one.x, of: "series '\(one.name)', x")
      check.numbers(one.y, of: "series '\(one.name)', y", gapsAllowed: true)
      check.numbers(one.low.filter(\.isFinite), of: "series '\(one.name)', low")
      check.numbers(one.high.filter(\.isFinite), of: "series '\(one.name)', high")
      check.require(!one.parts.isEmpty, "series '\(one.name)' has nothing but gaps (NaN)")
    }
    check.numbers(references.map(\.value), of: "the reference lines")
    check.size(width, height)
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.references = references
    self.width = width
    minimumHeight = height
    check.axis(x, "x", xValues)
    check.axis(y, "y", yValues)
  }

  private var xValues: [Double] { series.flatMap(\.x) + references.vertical.map(\.value) }
  private var yValues: [Double] { series.flatMap(\.drawnY) + references.horizontal.map(\.value) }

  // MARK: SVG

  /// The plot laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    var drawing = Drawing(width: width)
    let names = series.map(\.name) + references.horizontal.map(\.label)
    let widest = names.map { TextMetrics.width($0) }.max() ?? 0
    // Names stand at the ends of their curves where there is room, otherwise in a key.
    let isNamedAtEnds = widest <= Double(width) * 0.3 && names.count * 20 <= minimumHeight - 120
    var content = Frame.Content(title: title, x: x, y: y, xValues: xValues, yValues: yValues)
    if isNamedAtEnds {
      content.rightMargin = widest + 14
    } else {
      content.key =
        series.enumerated().map { KeyEntry(name: $1.name, sample: .line, index: $0) }
        + references.horizontal.map { KeyEntry(name: $0.label, sample: .reference, index: 0) }
    }
    let frame = Frame(content, height: minimumHeight, in: &drawing)
    for (index, one) in series.enumerated() where !one.low.isEmpty {
      drawBand(one, index, frame, in: &drawing)
    }
    frame.draw(references, in: &drawing)
    for (index, one) in series.enumerated() { draw(one, index, frame, in: &drawing) }
    if isNamedAtEnds { drawNames(frame, in: &drawing) }
    return drawing
  }

  private func draw(_ one: LineSeries, _ index: Int, _ frame: Frame, in drawing: inout Drawing) {
    let style = drawing.seriesClass("s", index) + " n c"
    let stroke = " stroke-width=\"2.2\"" + Marks.dashAttribute(index)
    let isSparse = one.y.count <= 25
    for part in one.parts {
      let points = part.map { (x: frame.horizontal(one.x[$0]), y: frame.vertical(one.y[$0])) }
      let inside = Polyline.clipped(
        Polyline.thinned(points), x: frame.left...frame.right, y: frame.top...frame.bottom)
      let strokes = inside.filter { $0.count > 1 }.map { Drawing.pathData($0) }
      if !strokes.isEmpty { drawing.path(strokes.joined(), style, stroke) }
      for point in points
      where (isSparse || part.count == 1) && frame.contains(point) {
        drawing.marker(index, point.x, point.y)
      }
      if let end = points.last, frame.contains(end) { drawing.marker(index, end.x, end.y) }
    }
  }

  private func drawBand(_ one: LineSeries, _ index: Int, _ frame: Frame, in drawing: inout Drawing) {
    let fill = drawing.seriesClass("f", index)
    for part in one.parts {
      let shown = part.filter { one.low[$0].isFinite && one.high[$0].isFinite && frame.x.range.contains(one.x[$0]) }
      func edge(_ values: [Double]) -> [Polyline.Point] {
        shown.map { index in
          let y = min(max(frame.vertical(values[index]), frame.top), frame.bottom)
          return (frame.horizontal(one.x[index]), y)
        }
      }
      let outline = Polyline.thinned(edge(one.high)) + Polyline.thinned(edge(one.low)).reversed()
      if outline.count > 2 {
        drawing.path(Drawing.pathData(outline, isClosed: true), fill, " fill-opacity=\"0.2\"")
      }
    }
  }

  /// Writes each name beside the end of its curve, the names moved apart where they would overlap.
  private func drawNames(_ frame: Frame, in drawing: inout Drawing) {
    struct Name {
      let text: String
      let index: Int?
      let end: Polyline.Point
    }
    var names: [Name] = series.enumerated().compactMap { index, one in
      guard let last = one.parts.last?.last else { return nil }
      return Name(text: one.name, index: index, end: (frame.horizontal(one.x[last]), frame.vertical(one.y[last])))
    }
    names += references.horizontal.map { line in
      Name(text: line.label, index: nil, end: (frame.right, frame.vertical(line.value)))
    }
    let places = Spread.apart(
      names.map { min(max($0.end.y, frame.top), frame.bottom) }, distance: TextMetrics.lineHeight,
      in: frame.top...frame.bottom)
    for (name, place) in zip(names, places) {
      let end = min(max(name.end.x, frame.left), frame.right)
      let height = min(max(name.end.y, frame.top), frame.bottom)
      let isMoved = abs(place - height) > 3 || frame.right - end > 4
      if isMoved {
        drawing.line(end + 5, height, frame.right + 12, place, "a", " stroke-width=\"0.8\"")
      }
      let style = name.index.map { drawing.seriesClass("f", $0) + " b" } ?? ""
      drawing.text(name.text, frame.right + (isMoved ? 14 : 9), place + 5, style: style)
    }
  }

  // MARK: Text

  /// The curves as characters: dots of Braille for one, a mark for each of several.
  public var textLines: [String] {
    var chart = TextChart(x: x, y: y, xValues: xValues, yValues: yValues)
    chart.draw(references)
    if series.count == 1 {
      drawDots(series[0], in: &chart)
      return chart.lines(title: title, key: [("⠒", series[0].name)], references: references)
    }
    for (index, one) in series.enumerated().reversed() { draw(one, Marks.characters[index], in: &chart) }
    return chart.lines(
      title: title, key: series.enumerated().map { (String(Marks.characters[$0]), $1.name) }, references: references)
  }

  private func drawDots(_ one: LineSeries, in chart: inout TextChart) {
    var dots = BrailleCanvas(columns: chart.columns, rows: chart.rows)
    for part in one.parts {
      let points = part.map { index in
        (
          x: TextChart.place(chart.x.fraction(one.x[index]), 2 * chart.columns),
          y: 4 * chart.rows - 1 - TextChart.place(chart.y.fraction(one.y[index]), 4 * chart.rows)
        )
      }
      if let first = points.first { dots.set(first.x, first.y) }
      for (start, end) in zip(points, points.dropFirst()) { dots.line(start, end) }
    }
    for row in 0..<chart.rows {
      for column in 0..<chart.columns {
        if let character = dots[column, row] { chart[column, row] = character }
      }
    }
  }

  /// One mark in each column: the mean of the numbers there, or where the line between two neighbors crosses it.
  private func draw(_ one: LineSeries, _ mark: Character, in chart: inout TextChart) {
    for part in one.parts {
      var sums: [Int: (sum: Double, count: Int)] = [:]
      for index in part {
        let old = sums[chart.column(one.x[index])] ?? (0, 0)
        sums[chart.column(one.x[index])] = (old.sum + one.y[index], old.count + 1)
      }
      for (start, end) in zip(part, part.dropFirst()) {
        let (from, to) = (chart.column(one.x[start]), chart.column(one.x[end]))
        for column in min(from, to)...max(from, to) where sums[column] == nil {
          let share = Double(column - from) / Double(to - from)
          chart[column, chart.row(one.y[start] + (one.y[end] - one.y[start]) * share)] = mark
        }
      }
      for column in 0..<chart.columns {
        if let (sum, count) = sums[column] { chart[column, chart.row(sum / Double(count))] = mark }
      }
    }
  }

  // MARK: Words

  /// The axes, and each curve's beginning, end, lowest and highest number.
  public var summary: String? {
    let sentences = series.map { one -> String in
      let shown = one.y.indices.filter { !one.y[$0].isNaN }
      guard let first = shown.first, let last = shown.last,
        let low = shown.min(by: { one.y[$0] < one.y[$1] }), let high = shown.max(by: { one.y[$0] < one.y[$1] })
      else { return "" }
      func at(_ index: Int) -> String { "\(y.spoken(one.y[index])) at \(x.spoken(one.x[index]))" }
      return
        "\(one.name): from \(at(first)) to \(at(last)), lowest \(at(low)), highest \(at(high))."
    }
    return "Line plot: \(title). Across: \(x.title); upwards: \(y.title). " + sentences.joined(separator: " ")
      + references.sentence(x, y)
  }
}

extension Axis {
  /// A number of this axis in a sentence.
  func spoken(_ value: Double) -> String {
    if case .percent = format { return NumberFormat.percent(decimals: 1).text(value) }
    return NumberFormat.short(value)
  }
}

extension Frame {
  func contains(_ point: Polyline.Point) -> Bool {
    (left...right).contains(point.x) && (top...bottom).contains(point.y)
  }
}
