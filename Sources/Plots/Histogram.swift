import Images
import Notebook

/// Numbers of a ``Histogram`` with a color in common.
public struct HistogramGroup: Sendable {
  let name: String
  let values: [Double]

  /// Numbers that are counted together.
  public init(_ name: String, _ values: [some PlotValue]) {
    self.name = name
    self.values = values.map(\.plotValue)
  }
}

/// How numbers are spread: cosines of matching and other pairs, weights, lengths of texts.
///
/// All groups are counted in the same bins, and each has a row of its own, so that none hides another.
/// ```swift
/// Histogram(
///   "Cosines after training", x: "cosine similarity",
///   groups: [HistogramGroup("matching pairs", matching), HistogramGroup("other pairs", others)])
/// ```
public struct Histogram: Plot {
  /// The heading.
  public let title: String
  /// In pixels.
  public let width: Int
  let x: Axis
  let groups: [HistogramGroup]
  let references: [ReferenceLine]
  /// The edges of the bins, one more than bins.
  let edges: [Double]
  /// For each group, how many of its numbers are in each bin.
  let counts: [[Int]]
  private let rowHeight: Int

  /// Counts numbers in bins.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - x: the axis of the numbers, with its unit. Numbers outside of its range are not counted.
  ///   - groups: one to eight.
  ///   - bins: at most how many; their edges are multiples of 1, 2 or 5 times a power of ten.
  ///   - references: vertical lines that mark known numbers.
  ///   - width: in pixels.
  ///   - rowHeight: of the bars of one group, in pixels.
  public init(
    _ title: String, x: Axis, groups: [HistogramGroup], bins: Int = 24, references: [ReferenceLine] = [],
    width: Int = 640, rowHeight: Int = 110
  ) {
    let check = PlotCheck("Histogram", title)
    check.names(groups.map(\.name), "group")
    for group in groups {
      check.require(!group.values.isEmpty, "group '\(group.name)' has no values")
      check.numbers(group.values, of: "group '\(group.name)'")
    }
    check.require((2...200).contains(bins), "\(bins) bins are not between 2 and 200")
    check.require(!x.isLogarithmic, "bins are of equal width, so the axis is linear")
    check.require(references.horizontal.isEmpty, "the reference lines are vertical")
    check.numbers(references.map(\.value), of: "the reference lines")
    check.size(width, max(rowHeight, 100))
    check.axis(x, "x", [])
    self.title = title
    self.width = width
    self.x = x
    self.groups = groups
    self.references = references
    self.rowHeight = rowHeight
    let scale = AxisScale(x, values: groups.flatMap(\.values), count: bins, isExtended: true)
    var edges = scale.ticks.map(\.value)
    if let first = edges.first, scale.range.lowerBound < first { edges.insert(scale.range.lowerBound, at: 0) }
    if let last = edges.last, scale.range.upperBound > last { edges.append(scale.range.upperBound) }
    self.edges = edges
    counts = groups.map { Self.count($0.values, edges) }
  }

  /// A number on an edge belongs to the bin that begins there, the last edge to the last bin.
  static func count(_ values: [Double], _ edges: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: edges.count - 1)
    for value in values {
      guard let first = edges.first, let last = edges.last, value >= first, value <= last else { continue }
      let bin = (edges.firstIndex { $0 > value } ?? edges.count - 1) - 1
      counts[min(bin, counts.count - 1)] += 1
    }
    return counts
  }

  private var shownRange: ClosedRange<Double> { edges[0]...edges[edges.count - 1] }
  private var axis: Axis { x.showing(shownRange) }

  // MARK: SVG

  /// The plot laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    var drawing = Drawing(width: width)
    let margin = 16.0
    let wide = Double(width)
    var y = Heading.draw(title, in: &drawing, width: wide - 2 * margin)
    drawing.text("count", margin, y + 14, style: "q")
    y += 18
    let widest = counts.map { TextMetrics.width(Format.integer($0.max() ?? 0)) }.max() ?? 0
    let (left, right) = (margin + widest + 8, wide - margin - 14)
    let scale = AxisScale(axis, values: [], count: max(Int((right - left) / 80), 2), isExtended: false)
    func place(_ value: Double) -> Double { left + scale.fraction(value) * (right - left) }
    let top = y + 6 + (references.isEmpty ? 0 : TextMetrics.lineHeight)
    for (index, group) in groups.enumerated() {
      if groups.count > 1 {
        y += 4
        drawing.area(index, left, y + 4, 14, 14)
        drawing.text(
          TextMetrics.cut("\(group.name) (\(Format.integer(group.values.count)))", to: right - left - 24), left + 22,
          y + 16)
        y += 22
      }
      y += index == 0 && !references.isEmpty ? TextMetrics.lineHeight : 6
      let base = y + Double(rowHeight) - (groups.count > 1 ? 20 : 0)
      drawBars(index, y, base, place, in: &drawing)
      drawing.line(left, base, right, base, "a")
      y = base
    }
    for tick in scale.ticks {
      drawing.line(place(tick.value), y, place(tick.value), y + 5, "a")
      drawing.text(tick.label.withMinusSign, place(tick.value), y + 20, .middle, style: "q")
    }
    for line in references where shownRange.contains(line.value) {
      let (x, half) = (place(line.value), TextMetrics.width(line.label) / 2)
      drawing.line(x, top, x, y, "k", " stroke-width=\"1.3\" stroke-dasharray=\"5 4\"")
      drawing.text(line.label, min(max(x, half + 4), wide - half - 4), top - 5, .middle, style: "o")
    }
    for text in TextMetrics.wrap(x.title, to: wide - 2 * margin) {
      y += TextMetrics.lineHeight
      drawing.text(text, (left + right) / 2, y + 22, .middle, style: "q")
    }
    drawing.height = Int(y + 34)
    return drawing
  }

  private func drawBars(
    _ index: Int, _ top: Double, _ base: Double, _ place: (Double) -> Double, in drawing: inout Drawing
  ) {
    let highest = counts[index].max() ?? 1
    let unit = (base - top) / Double(max(highest, 1))
    let left = place(edges[0])
    drawing.line(left, top, place(edges[edges.count - 1]), top, "g")
    drawing.text(Format.integer(highest), left - 8, top + 5, .end, style: "q")
    drawing.text("0", left - 8, base + 5, .end, style: "q")
    for (bin, count) in counts[index].enumerated() where count > 0 {
      let (start, end) = (place(edges[bin]), place(edges[bin + 1]))
      drawing.area(index, start, base - unit * Double(count), end - start, unit * Double(count))
    }
  }

  // MARK: Text

  /// A row of blocks for each group over one axis.
  public var textLines: [String] {
    let columns = 64
    let scale = AxisScale(axis, values: [], count: 6, isExtended: false)
    let labelWidth = counts.map { Format.integer($0.max() ?? 0).count }.max() ?? 1
    var lines = TextCanvas.wrap(title)
    lines += Key.text(references.map { ("┊", "\($0.label) (\(x.spoken($0.value)))") })
    for (index, group) in groups.enumerated() {
      lines.append(TextCanvas.cut("\(group.name): \(Format.integer(group.values.count)) values", to: 80))
      lines += bars(index, columns, scale, labelWidth)
    }
    var sheet = TextCanvas(width: TextCanvas.columns, height: 2)
    sheet.put("└" + String(repeating: "─", count: columns), labelWidth, 0)
    for tick in scale.ticks {
      let place = labelWidth + 1 + TextChart.place(scale.fraction(tick.value), columns)
      sheet[place, 0] = "┴"
      let width = tick.label.count
      sheet.put(tick.label, min(max(place - width / 2, 0), TextCanvas.columns - width), 1)
    }
    let title = TextCanvas.cut(x.title, to: columns)
    let indent = labelWidth + 1 + (columns - DisplayWidth.columns(of: title)) / 2
    return TextCanvas.finished(lines + sheet.lines + [String(repeating: " ", count: max(indent, 0)) + title])
  }

  private func bars(_ index: Int, _ columns: Int, _ scale: AxisScale, _ labelWidth: Int) -> [String] {
    let rows = groups.count > 2 ? 3 : 5
    let blocks: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    let highest = max(counts[index].max() ?? 1, 1)
    var canvas = TextCanvas(width: columns, height: rows)
    for line in references where shownRange.contains(line.value) {
      for row in 0..<rows { canvas[TextChart.place(scale.fraction(line.value), columns), row] = "┊" }
    }
    for column in 0..<columns {
      // The bin in the column's middle.
      let share = (Double(column) + 0.5) / Double(columns)
      let value = shownRange.lowerBound + share * (shownRange.upperBound - shownRange.lowerBound)
      let bin = min((edges.firstIndex { $0 > value } ?? edges.count - 1) - 1, counts[index].count - 1)
      let count = counts[index][max(bin, 0)]
      // A bin with a single number is seen, too.
      let eighths = count == 0 ? 0 : max((count * rows * 8 + highest / 2) / highest, 1)
      for row in 0..<rows {
        let filled = min(max(eighths - (rows - 1 - row) * 8, 0), 8)
        if filled > 0 { canvas[column, row] = blocks[filled] }
      }
    }
    return canvas.lines.enumerated().map { row, text in
      let label = row == 0 ? Format.integer(highest) : ""
      return TextCanvas.fitted(label, to: labelWidth, right: true) + (row == 0 ? "┤" : "│") + text
    }
  }

  // MARK: Words

  /// Each group's size, range, mean, and fullest bin.
  public var summary: String? {
    let sentences = groups.enumerated().map { index, group -> String in
      let mean = group.values.reduce(0) { $0 + $1 / Double(group.values.count) }
      let highest = counts[index].max() ?? 0
      let bin = counts[index].firstIndex(of: highest) ?? 0
      return "\(group.name): \(group.values.count) values from \(x.spoken(group.values.min() ?? 0)) to "
        + "\(x.spoken(group.values.max() ?? 0)), mean \(x.spoken(mean)), most (\(highest)) between "
        + "\(x.spoken(edges[bin])) and \(x.spoken(edges[bin + 1]))."
    }
    return "Histogram: \(title). Across: \(x.title). " + sentences.joined(separator: " ") + references.sentence(x, x)
  }
}
