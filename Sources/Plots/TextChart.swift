import Notebook

/// A plot with two axes in characters.
struct TextChart {
  static let rows = 12

  let x, y: AxisScale
  let columns, rows: Int
  private let labelWidth: Int
  private let axes: (x: Axis, y: Axis)
  private var canvas: TextCanvas

  init(x: Axis, y: Axis, xValues: [Double], yValues: [Double], isExtended: Bool = false, rows: Int = Self.rows) {
    self.x = AxisScale(x, values: xValues, count: 6, isExtended: isExtended)
    self.y = AxisScale(y, values: yValues, count: 6, isExtended: true)
    axes = (x, y)
    self.rows = rows
    labelWidth = min(self.y.ticks.map { DisplayWidth.columns(of: $0.label) }.max() ?? 0, 14)
    columns = min(62, TextCanvas.columns - labelWidth - 2)
    canvas = TextCanvas(width: columns, height: rows)
  }

  /// The column of a number, which may lie outside.
  func column(_ value: Double) -> Int { Self.place(x.fraction(value), columns) }
  /// The row of a number, from the top.
  func row(_ value: Double) -> Int { rows - 1 - Self.place(y.fraction(value), rows) }

  /// The nearest of `count` places of an axis.
  static func place(_ fraction: Double, _ count: Int) -> Int {
    Int((min(max(fraction, -1), 2) * Double(count - 1)).rounded())
  }

  subscript(column: Int, row: Int) -> Character {
    get { canvas[column, row] }
    set { canvas[column, row] = newValue }
  }

  /// Draws the marking lines; the values are drawn over them.
  mutating func draw(_ lines: [ReferenceLine]) {
    for line in lines {
      switch line.direction {
      case .horizontal where y.range.contains(line.value):
        for column in 0..<columns { canvas[column, row(line.value)] = "┄" }
      case .vertical where x.range.contains(line.value):
        for row in 0..<rows { canvas[column(line.value), row] = "┊" }
      default: break
      }
    }
  }

  /// The chart with its axes.
  func lines(title: String, key: [(mark: String, name: String)], references: [ReferenceLine]) -> [String] {
    let marks =
      key
      + references.map { line in
        (
          line.direction == .horizontal ? "┄" : "┊",
          "\(line.label) (\((line.direction == .horizontal ? axes.y : axes.x).spoken(line.value)))"
        )
      }
    var result = TextCanvas.wrap(title) + Key.text(marks) + TextCanvas.wrap(axes.y.title)
    let labels = y.ticks.map { (row: row($0.value), text: $0.label) }
    for row in 0..<rows {
      let label = labels.last { $0.row == row }?.text ?? ""
      let edge = label.isEmpty ? "│" : "┤"
      result.append(TextCanvas.fitted(label, to: labelWidth, right: true) + edge + canvas.lines[row])
    }
    return TextCanvas.finished(result + horizontalAxis)
  }

  private var horizontalAxis: [String] {
    var sheet = TextCanvas(width: TextCanvas.columns, height: 2)
    let origin = labelWidth + 1
    sheet.put("└" + String(repeating: "─", count: columns), labelWidth, 0)
    var free = 0
    for tick in x.ticks {
      let place = origin + column(tick.value)
      sheet[place, 0] = "┴"
      let width = DisplayWidth.columns(of: tick.label)
      let start = min(max(place - width / 2, 0), TextCanvas.columns - width)
      guard start >= free else { continue }
      sheet.put(tick.label, start, 1)
      free = start + width + 1
    }
    let title = TextCanvas.cut(axes.x.title, to: TextCanvas.columns)
    let width = DisplayWidth.columns(of: title)
    let start = min(max(origin + (columns - width) / 2, 0), TextCanvas.columns - width)
    return sheet.lines + [String(repeating: " ", count: start) + title]
  }
}
