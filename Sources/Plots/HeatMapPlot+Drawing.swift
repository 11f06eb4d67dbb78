import Images
import Notebook

extension HeatMapPlot {
  /// The plot laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    var drawing = Drawing(width: width)
    HeatMapLayout(self, in: &drawing).draw(in: &drawing)
    return drawing
  }
}

/// Where the parts of a heat map stand.
private struct HeatMapLayout {
  let plot: HeatMapPlot
  let left, top, cellWidth, cellHeight: Double
  /// The lines of each column's name; nil if the names are turned.
  let columnLines: [[String]]?
  let rowNames: [String]

  private static let margin = 16.0
  private static let scaleWidth = 14.0
  /// The sine and cosine of 45 degrees.
  private static let diagonal = 0.7071

  init(_ plot: HeatMapPlot, in drawing: inout Drawing) {
    self.plot = plot
    let width = Double(drawing.width)
    let count = Double(plot.values[0].count)
    var y = Heading.draw(plot.title, in: &drawing, width: width - 2 * Self.margin)
    rowNames = plot.rows.map { TextMetrics.cut($0, to: width * 0.36) }
    let rowWidth = rowNames.map { TextMetrics.width($0) }.max() ?? 0
    left = Self.margin + (rowNames.isEmpty ? 0 : rowWidth + 8)
    let ends = [plot.range.lowerBound, plot.range.upperBound].map { TextMetrics.width(plot.format.text($0)) + 8 }
    let scaleRoom = 20 + Self.scaleWidth + 6 + (ends.max() ?? 0) + Self.margin

    let names = plot.columns.map { TextMetrics.cut($0, to: 190) }
    var cell = min((width - left - scaleRoom) / count, 84)
    let lines = names.map { TextMetrics.wrap($0, to: cell - 4) }
    let isUpright = lines.allSatisfy { line in
      line.count <= 3 && line.allSatisfy { TextMetrics.width($0) <= cell - 2 }
    }
    columnLines = isUpright ? lines : nil
    let longest = names.map { TextMetrics.width($0) }.max() ?? 0
    if !isUpright {
      // Turned names reach out to the right of the last column.
      cell = min(cell, (width - left - max(scaleRoom, longest * Self.diagonal + 6 - cell / 2)) / count)
    }
    cellWidth = max(cell, 3)
    cellHeight = plot.showsNumbers ? min(max(cellWidth * 0.8, 26), 46) : max(min(cellWidth, 46), 3)

    if !plot.columnTitle.isEmpty {
      y += TextMetrics.lineHeight
      drawing.text(TextMetrics.cut(plot.columnTitle + " →", to: width - left - 8), left, y - 2, style: "q")
    }
    if !names.isEmpty {
      y +=
        isUpright
        ? Double(lines.map(\.count).max() ?? 0) * TextMetrics.lineHeight + 6 : longest * Self.diagonal + 18
    } else {
      y += 8
    }
    top = y
    let bottom = top + cellHeight * Double(plot.values.count)
    drawing.height = Int(bottom + 16)
  }

  func draw(in drawing: inout Drawing) {
    drawCells(in: &drawing)
    drawNames(in: &drawing)
    drawScale(in: &drawing)
  }

  private func drawCells(in drawing: inout Drawing) {
    for (row, values) in plot.values.enumerated() {
      let y = top + Double(row) * cellHeight
      for (column, value) in values.enumerated() {
        let x = left + Double(column) * cellWidth
        let color = plot.color(at: plot.fraction(value))
        drawing.add(
          "<rect x=\"\(XML.number(x))\" y=\"\(XML.number(y))\" width=\"\(XML.number(cellWidth))\" "
            + "height=\"\(XML.number(cellHeight))\" fill=\"\(color.html)\" shape-rendering=\"crispEdges\"/>")
        let text = plot.format.text(value).withMinusSign
        guard plot.showsNumbers, TextMetrics.width(text, size: 12) <= cellWidth + 6 else { continue }
        let ink = Contrast.prefersBlack(on: color) ? "#000" : "#fff"
        let size = TextMetrics.width(text) <= cellWidth ? "" : ";font-size:12px"
        drawing.text(
          text, x + cellWidth / 2, y + cellHeight / 2 + 5, .middle, attributes: " style=\"fill:\(ink)\(size)\"")
      }
    }
    let columns = Double(plot.values[0].count)
    drawing.rectangle(left, top, columns * cellWidth, Double(plot.values.count) * cellHeight, "a n")
  }

  private func drawNames(in drawing: inout Drawing) {
    if cellHeight >= 12 {
      for (row, name) in rowNames.enumerated() {
        drawing.text(name, left - 8, top + (Double(row) + 0.5) * cellHeight + 5, .end)
      }
    }
    let bottom = top + Double(plot.values.count) * cellHeight
    if !plot.rowTitle.isEmpty {
      drawing.text(
        TextMetrics.cut("↑ " + plot.rowTitle, to: Double(drawing.width) - 2 * Self.margin), Self.margin, bottom + 22,
        style: "q")
    }
    guard let columnLines else {
      guard cellWidth >= 12 else { return }
      for (column, name) in plot.columns.enumerated() {
        let x = left + (Double(column) + 0.5) * cellWidth + 4
        drawing.text(
          TextMetrics.cut(name, to: 190), x, top - 7,
          attributes: " transform=\"rotate(-45 \(XML.number(x)) \(XML.number(top - 7)))\"")
      }
      return
    }
    for (column, lines) in columnLines.enumerated() {
      for (line, text) in lines.enumerated() {
        drawing.text(
          text, left + (Double(column) + 0.5) * cellWidth,
          top - 7 - Double(lines.count - 1 - line) * TextMetrics.lineHeight, .middle)
      }
    }
  }

  /// The colors with their numbers at the right, and what they measure below.
  private func drawScale(in drawing: inout Drawing) {
    let x = left + Double(plot.values[0].count) * cellWidth + 20
    let height = min(max(Double(plot.values.count) * cellHeight, 80), 220)
    let steps = 32
    for step in 0..<steps {
      let color = plot.color(at: 1 - Double(step) / Double(steps - 1))
      let y = top + height * Double(step) / Double(steps)
      drawing.add(
        "<rect x=\"\(XML.number(x))\" y=\"\(XML.number(y))\" width=\"\(XML.number(Self.scaleWidth))\" "
          + "height=\"\(XML.number(height / Double(steps) + 0.5))\" fill=\"\(color.html)\"/>")
    }
    drawing.rectangle(x, top, Self.scaleWidth, height, "a n")
    for share in [0.0, 0.5, 1] {
      let value = plot.range.lowerBound + (plot.range.upperBound - plot.range.lowerBound) * share
      drawing.text(
        plot.format.text(value).withMinusSign, x + Self.scaleWidth + 6, top + height * (1 - share) + 10 * share,
        style: "q")
    }
    let bottom = max(top + height, top + Double(plot.values.count) * cellHeight)
    let text = TextMetrics.cut("color: \(plot.scaleTitle)", to: Double(drawing.width) * 0.6)
    let end = max(
      min(x + Self.scaleWidth, Double(drawing.width) - Self.margin), Self.margin + TextMetrics.width(text))
    let start = end - TextMetrics.width(text)
    let isBeside =
      plot.rowTitle.isEmpty || start > Self.margin + TextMetrics.width("↑ " + plot.rowTitle) + 12
    drawing.text(text, end, bottom + (isBeside ? 22 : 42), .end, style: "q")
    drawing.height = max(drawing.height, Int(bottom + (isBeside ? 22 : 42) + 14))
  }
}
