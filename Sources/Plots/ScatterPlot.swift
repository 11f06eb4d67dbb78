import Images
import Notebook

/// Points of a ``ScatterPlot`` with a color and a shape in common.
public struct ScatterGroup: Sendable {
  let name: String
  let x, y: [Double]
  let labels: [String]

  /// Points by their places.
  ///
  /// - Parameter labels: a text for each point, or none.
  public init(_ name: String, x: [some PlotValue], y: [some PlotValue], labels: [String] = []) {
    self.name = name
    self.x = x.map(\.plotValue)
    self.y = y.map(\.plotValue)
    self.labels = labels
  }
}

/// A line from one place of a ``ScatterPlot`` to another.
public struct ScatterArrow: Sendable {
  let start, end: (x: Double, y: Double)
  let hasHead: Bool

  /// An arrow, for example from before to after; without a head it is a segment.
  public init(
    from start: (x: some PlotValue, y: some PlotValue), to end: (x: some PlotValue, y: some PlotValue),
    hasHead: Bool = true
  ) {
    self.start = (start.x.plotValue, start.y.plotValue)
    self.end = (end.x.plotValue, end.y.plotValue)
    self.hasHead = hasHead
  }
}

/// Points in a plane: embeddings, one measure against another.
///
/// ```swift
/// ScatterPlot(
///   "Pictures and captions in one space", x: "first component", y: "second component",
///   groups: [ScatterGroup("pictures", x: px, y: py), ScatterGroup("captions", x: cx, y: cy, labels: texts)],
///   isEqualAspect: true)
/// ```
public struct ScatterPlot: Plot {
  /// The heading.
  public let title: String
  /// In pixels.
  public let width: Int
  let x, y: Axis
  let groups: [ScatterGroup]
  let arrows: [ScatterArrow]
  let references: [ReferenceLine]
  let isEqualAspect: Bool
  private let minimumHeight: Int

  /// Points with their axes.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - x: the axis to the right, with its unit.
  ///   - y: the axis upwards, with its unit.
  ///   - groups: one to eight.
  ///   - arrows: lines between places.
  ///   - references: lines that mark known numbers.
  ///   - isEqualAspect: whether a unit is as long upwards as to the right.
  ///   - width: in pixels.
  ///   - height: in pixels; with equal aspect it follows from the numbers.
  public init(
    _ title: String, x: Axis, y: Axis, groups: [ScatterGroup], arrows: [ScatterArrow] = [],
    references: [ReferenceLine] = [], isEqualAspect: Bool = false, width: Int = 640, height: Int = 400
  ) {
    let check = PlotCheck("ScatterPlot", title)
    check.names(groups.map(\.name), "group")
    for group in groups {
      check.require(!group.x.isEmpty, "group '\(group.name)' has no points")
      check.require(
        group.x.count == group.y.count, "group '\(group.name)' has \(group.x.count) x but \(group.y.count) y")
      check.require(
        group.labels.isEmpty || group.labels.count == group.x.count,
        "group '\(group.name)' has \(group.labels.count) labels for \(group.x.count) points")
      check.numbers(group.x, of: "group '\(group.name)', x")
      check.numbers(group.y, of: "group '\(group.name)', y")
    }
    check.numbers(arrows.flatMap { [$0.start.x, $0.start.y, $0.end.x, $0.end.y] }, of: "the arrows")
    check.numbers(references.map(\.value), of: "the reference lines")
    check.require(!isEqualAspect || !(x.isLogarithmic || y.isLogarithmic), "equal aspect needs linear axes")
    check.size(width, height)
    self.title = title
    self.x = x
    self.y = y
    self.groups = groups
    self.arrows = arrows
    self.references = references
    self.isEqualAspect = isEqualAspect
    self.width = width
    minimumHeight = height
    check.axis(x, "x", xValues)
    check.axis(y, "y", yValues)
  }

  private var xValues: [Double] {
    groups.flatMap(\.x) + arrows.flatMap { [$0.start.x, $0.end.x] } + references.vertical.map(\.value)
  }
  private var yValues: [Double] {
    groups.flatMap(\.y) + arrows.flatMap { [$0.start.y, $0.end.y] } + references.horizontal.map(\.value)
  }

  // MARK: SVG

  /// The plot laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    var drawing = Drawing(width: width)
    var content = Frame.Content(title: title, x: x, y: y, xValues: xValues, yValues: yValues)
    content.isExtended = true
    content.isEqual = isEqualAspect
    content.key =
      (groups.count > 1 ? groups.enumerated().map { KeyEntry(name: $1.name, sample: .marker, index: $0) } : [])
      + references.horizontal.map { KeyEntry(name: $0.label, sample: .reference, index: 0) }
    let frame = Frame(content, height: minimumHeight, in: &drawing)
    for tick in frame.x.ticks {
      drawing.line(frame.horizontal(tick.value), frame.top, frame.horizontal(tick.value), frame.bottom, "g")
    }
    frame.draw(references, in: &drawing)
    for arrow in arrows { draw(arrow, frame, in: &drawing) }
    for (index, group) in groups.enumerated() {
      for (x, y) in zip(group.x, group.y) {
        let point = (x: frame.horizontal(x), y: frame.vertical(y))
        if frame.contains(point) { drawing.marker(index, point.x, point.y, radius: group.x.count > 300 ? 3 : 4.5) }
      }
    }
    drawLabels(frame, in: &drawing)
    return drawing
  }

  private func draw(_ arrow: ScatterArrow, _ frame: Frame, in drawing: inout Drawing) {
    let start = (x: frame.horizontal(arrow.start.x), y: frame.vertical(arrow.start.y))
    let end = (x: frame.horizontal(arrow.end.x), y: frame.vertical(arrow.end.y))
    guard frame.contains(start), frame.contains(end) else { return }
    drawing.line(start.x, start.y, end.x, end.y, "k", " stroke-width=\"1.2\"")
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard arrow.hasHead, length > 12 else { return }
    // The head ends before the point's marker.
    let (ux, uy) = (dx / length, dy / length)
    let tip = (x: end.x - 5 * ux, y: end.y - 5 * uy)
    drawing.path(
      Drawing.pathData(
        [tip, (tip.x - 8 * ux + 4 * uy, tip.y - 8 * uy - 4 * ux), (tip.x - 8 * ux - 4 * uy, tip.y - 8 * uy + 4 * ux)],
        isClosed: true), "i")
  }

  /// Writes each label to the right of its point, or wherever around it nothing else is written.
  private func drawLabels(_ frame: Frame, in drawing: inout Drawing) {
    typealias Area = (left: Double, top: Double, right: Double, bottom: Double)
    var taken = groups.flatMap { group in
      zip(group.x, group.y).map { x, y -> Area in
        let (x, y) = (frame.horizontal(x), frame.vertical(y))
        return (x - 4, y - 4, x + 4, y + 4)
      }
    }
    for group in groups {
      for (index, label) in group.labels.enumerated() where !label.isEmpty {
        let (x, y) = (frame.horizontal(group.x[index]), frame.vertical(group.y[index]))
        guard frame.contains((x, y)) else { continue }
        let width = TextMetrics.width(label)
        let candidates = [
          (x + 8, y + 5), (x - 8 - width, y + 5), (x - width / 2, y - 9), (x - width / 2, y + 20), (x + 8, y - 10),
          (x + 8, y + 20), (x - 8 - width, y - 10), (x - 8 - width, y + 20),
        ].filter { $0.0 >= 4 && $0.0 + width <= Double(drawing.width) - 4 }
        let place = candidates.first { candidate in
          !taken.contains {
            candidate.0 < $0.right && candidate.0 + width > $0.left && candidate.1 - 13 < $0.bottom
              && candidate.1 + 4 > $0.top
          }
        }
        guard let (left, baseline) = place ?? candidates.first else { continue }
        taken.append((left, baseline - 13, left + width, baseline + 4))
        drawing.text(label, left, baseline, style: "o")
      }
    }
  }

  // MARK: Text

  /// The points as a mark for each group.
  public var textLines: [String] {
    var chart = TextChart(x: x, y: y, xValues: xValues, yValues: yValues, isExtended: true, rows: 16)
    chart.draw(references)
    var marks = Set<Character>()
    for (index, group) in groups.enumerated() {
      for (x, y) in zip(group.x, group.y) {
        let (column, row) = (chart.column(x), chart.row(y))
        let mark = Marks.characters[index]
        let old = chart[column, row]
        chart[column, row] = marks.contains(old) && old != mark ? "✱" : mark
        marks.insert(chart[column, row])
      }
    }
    let shared = marks.contains("✱") ? [("✱", "several groups")] : []
    return chart.lines(
      title: title, key: groups.enumerated().map { (String(Marks.characters[$0]), $1.name) } + shared,
      references: references)
  }

  // MARK: Words

  /// The axes, and where each group lies.
  public var summary: String? {
    let sentences = groups.map { group -> String in
      func span(_ values: [Double], _ axis: Axis) -> String {
        "\(axis.spoken(values.min() ?? 0)) to \(axis.spoken(values.max() ?? 0))"
      }
      return "\(group.name): \(group.x.count) point\(group.x.count == 1 ? "" : "s"), across \(span(group.x, x)), "
        + "upwards \(span(group.y, y))."
    }
    return "Scatter plot: \(title). Across: \(x.title); upwards: \(y.title). " + sentences.joined(separator: " ")
      + references.sentence(x, y)
  }
}
