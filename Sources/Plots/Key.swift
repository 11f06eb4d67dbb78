import Notebook

/// An entry of a plot's key: a name and how it is drawn.
struct KeyEntry {
  enum Sample { case line, marker, area, reference }

  let name: String
  let sample: Sample
  /// Of the series; unused by a reference line.
  let index: Int
}

/// The key of a plot: its series' names beside samples, in rows.
struct Key {
  static let rowHeight = 21.0
  private static let sampleWidth = 30.0
  private static let gap = 18.0

  let rows: [[KeyEntry]]
  let width: Double

  init(_ entries: [KeyEntry], width: Double) {
    self.width = width
    var rows: [[KeyEntry]] = []
    var used = 0.0
    for entry in entries {
      let needed = Self.sampleWidth + 6 + TextMetrics.width(entry.name) + Self.gap
      if rows.isEmpty || used + needed - Self.gap > width {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append(entry)
      used += needed
    }
    self.rows = rows
  }

  var height: Double { Double(rows.count) * Self.rowHeight }

  func draw(in drawing: inout Drawing, x left: Double, y top: Double) {
    for (row, entries) in rows.enumerated() {
      let middle = top + (Double(row) + 0.5) * Self.rowHeight
      var x = left
      for entry in entries {
        let text = TextMetrics.cut(entry.name, to: width - Self.sampleWidth - 6)
        draw(entry, in: &drawing, x, middle)
        drawing.text(text, x + Self.sampleWidth + 6, middle + 5)
        x += Self.sampleWidth + 6 + TextMetrics.width(text) + Self.gap
      }
    }
  }

  private func draw(_ entry: KeyEntry, in drawing: inout Drawing, _ x: Double, _ y: Double) {
    let end = x + Self.sampleWidth
    switch entry.sample {
    case .line:
      drawing.line(
        x, y, end, y, drawing.seriesClass("s", entry.index) + " n",
        " stroke-width=\"2.2\"" + Marks.dashAttribute(entry.index))
      drawing.marker(entry.index, (x + end) / 2, y)
    case .marker: drawing.marker(entry.index, end - 8, y, radius: 5)
    case .area: drawing.area(entry.index, end - 16, y - 7, 16, 14)
    case .reference: drawing.line(x, y, end, y, "k", " stroke-width=\"1.3\" stroke-dasharray=\"5 4\"")
    }
  }

  /// The key in plain text: `● training  ○ held out`, in lines of at most 80 columns.
  static func text(_ entries: [(mark: String, name: String)]) -> [String] {
    TextCanvas.flow(entries.map { "\($0.mark) \($0.name)" }, separator: "   ")
  }
}

extension Drawing {
  /// A filled rectangle in a series' color, with an outline that is dashed as the series' line.
  mutating func area(_ index: Int, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    rectangle(x, y, width, height, seriesClass("f", index) + " w")
    // Stripes tell neighbors apart where the color does not.
    let spacing = [0.0, 5, 0, 8, 0, 4, 0, 6][index]
    guard spacing > 0, width > 2, height > 2 else { return }
    var data = ""
    var offset = spacing
    while offset < width + height {
      let (startX, startY) = offset <= height ? (0, offset) : (offset - height, height)
      let (endX, endY) = offset <= width ? (offset, 0) : (width, offset - width)
      data += "M\(XML.number(x + startX)) \(XML.number(y + startY))L\(XML.number(x + endX)) \(XML.number(y + endY))"
      offset += spacing
    }
    path(data, "w n", " stroke-width=\"1.2\" stroke-opacity=\"0.7\"")
  }
}
