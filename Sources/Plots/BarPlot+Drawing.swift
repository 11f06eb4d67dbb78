extension BarPlot {
  /// The plot laid out for a width, in pixels.
  public func drawing(width: Int) -> Drawing {
    var drawing = Drawing(width: width)
    let layout = BarLayout(self, in: &drawing)
    layout.drawAxis(in: &drawing)
    for index in categories.indices { layout.drawCategory(index, in: &drawing) }
    layout.drawReference(in: &drawing)
    return drawing
  }
}

/// Where the parts of a bar plot stand.
private struct BarLayout {
  let plot: BarPlot
  let scale: AxisScale
  let left, right, top, bottom: Double
  let labels: [[String]]
  /// The upper edge of each category.
  let tops: [Double]
  let thickness: Double

  init(_ plot: BarPlot, in drawing: inout Drawing) {
    let margin = 16.0
    let width = Double(drawing.width)
    self.plot = plot
    var line = Heading.draw(plot.title, in: &drawing, width: width - 2 * margin)
    if plot.series.count > 1 {
      let key = Key(
        plot.series.enumerated().map { KeyEntry(name: $1.name, sample: .area, index: $0) }, width: width - 2 * margin)
      key.draw(in: &drawing, x: margin - 14, y: line)
      line += key.height + 4
    }
    top = line + (plot.reference == nil ? 4 : 22)

    labels = plot.categories.map { TextMetrics.wrap($0, to: width * 0.36) }
    let labelWidth = labels.flatMap { $0 }.map { TextMetrics.width($0) }.max() ?? 0
    let bars = plot.arrangement == .stacked ? 1 : plot.series.count
    thickness = bars == 1 ? 22 : 16
    let shown = plot.arrangement == .stacked ? plot.totals : plot.series.flatMap(\.values)
    let numbers = shown.map { TextMetrics.width(plot.format.text($0)) }.max() ?? 0
    let isNegative = shown.contains { $0 < 0 }
    left = margin + labelWidth + 10 + (isNegative ? numbers + 8 : 0)
    right = width - margin - numbers - 8
    scale = AxisScale(
      plot.value, values: plot.shownValues, count: max(Int((right - left) / 90), 2), isExtended: isNegative)

    var tops: [Double] = []
    var y = top
    for lines in labels {
      tops.append(y)
      y += max(Double(bars) * (thickness + 2), Double(lines.count) * TextMetrics.lineHeight) + (bars > 1 ? 14 : 9)
    }
    self.tops = tops
    bottom = y
    let title = TextMetrics.wrap(plot.value.title, to: width - 2 * margin)
    drawing.height = Int(bottom + 26 + Double(title.count) * TextMetrics.lineHeight + 10)
    for (index, text) in title.enumerated() {
      let center = min((left + right) / 2, width - TextMetrics.width(text) / 2 - 4)
      drawing.text(
        text, max(center, TextMetrics.width(text) / 2 + 4), bottom + 40 + Double(index) * TextMetrics.lineHeight,
        .middle, style: "q")
    }
  }

  private func place(_ value: Double) -> Double {
    left + min(max(scale.fraction(value), 0), 1) * (right - left)
  }

  func drawAxis(in drawing: inout Drawing) {
    for tick in scale.ticks {
      let x = place(tick.value)
      drawing.line(x, top - 2, x, bottom, tick.value == 0 ? "a" : "g")
      drawing.text(tick.label.withMinusSign, x, bottom + 19, .middle, style: "q")
    }
  }

  func drawCategory(_ index: Int, in drawing: inout Drawing) {
    let isStacked = plot.arrangement == .stacked
    let height = Double(isStacked ? 1 : plot.series.count) * (thickness + 2)
    let lines = labels[index]
    let labelRight = 16 + (labels.flatMap { $0 }.map { TextMetrics.width($0) }.max() ?? 0)
    let block = max(height, Double(lines.count) * TextMetrics.lineHeight)
    let firstBaseline = tops[index] + (block - Double(lines.count) * TextMetrics.lineHeight) / 2 + 14
    for (line, text) in lines.enumerated() {
      drawing.text(text, labelRight, firstBaseline + Double(line) * TextMetrics.lineHeight, .end)
    }
    let start = tops[index] + (block - height) / 2
    if isStacked {
      drawStack(index, start, in: &drawing)
    } else {
      for (position, one) in plot.series.enumerated() {
        drawBar(
          one.values[index], one.runs[index], position, start + Double(position) * (thickness + 2), in: &drawing)
      }
    }
  }

  private func drawBar(
    _ value: Double, _ runs: [Double], _ series: Int, _ y: Double, in drawing: inout Drawing
  ) {
    let (zero, end) = (place(0), place(value))
    drawing.area(series, min(zero, end), y, abs(end - zero), thickness)
    let places = runs.map { place($0) }
    if let first = places.min(), let last = places.max() {
      let middle = y + thickness / 2
      drawing.line(first, middle, last, middle, "k", " stroke-width=\"1.3\"")
      for x in places {
        drawing.add(
          "<circle class=\"p k\" cx=\"\(XML.number(x))\" cy=\"\(XML.number(middle))\" r=\"3.2\" stroke-width=\"1.3\"/>")
      }
    }
    let text = plot.format.text(value).withMinusSign
    if value < 0 {
      drawing.text(text, ((places + [end]).min() ?? end) - 7, y + thickness / 2 + 5, .end, style: "o")
    } else {
      drawing.text(text, ((places + [end]).max() ?? end) + 9, y + thickness / 2 + 5, style: "o")
    }
  }

  private func drawStack(_ index: Int, _ y: Double, in drawing: inout Drawing) {
    var sum = 0.0
    for (position, one) in plot.series.enumerated() {
      let (start, end) = (place(sum), place(sum + one.values[index]))
      drawing.area(position, start, y, end - start, thickness)
      let text = plot.format.text(one.values[index])
      let width = TextMetrics.width(text) + 4
      if end - start >= width {
        // A plain ground under the number: stripes would run through it.
        drawing.rectangle(
          (start + end - width) / 2, y + 1, width, thickness - 2, drawing.seriesClass("f", position))
        drawing.text(text, (start + end) / 2, y + thickness / 2 + 5, .middle, style: "p")
      }
      sum += one.values[index]
    }
    drawing.text(plot.format.text(plot.totals[index]), place(sum) + 7, y + thickness / 2 + 5, style: "o b")
  }

  func drawReference(in drawing: inout Drawing) {
    guard let line = plot.reference, scale.range.contains(line.value) else { return }
    let x = place(line.value)
    drawing.line(x, top - 4, x, bottom, "k", " stroke-width=\"1.3\" stroke-dasharray=\"5 4\"")
    let half = TextMetrics.width(line.label) / 2
    drawing.text(line.label, min(max(x, half + 6), Double(drawing.width) - half - 6), top - 9, .middle)
  }
}
