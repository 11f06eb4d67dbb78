/// The axes of a plot, its heading and its key, drawn around the area that holds the values.
struct Frame {
  /// What is written above and around the area.
  struct Content {
    var title: String
    var x: Axis
    var y: Axis
    var xValues: [Double]
    var yValues: [Double]
    var key: [KeyEntry] = []
    /// Kept free at the right for names of lines.
    var rightMargin = 0.0
    /// Whether the horizontal axis, too, ends at marks.
    var isExtended = false
    /// Whether a unit is as long upwards as to the right.
    var isEqual = false
  }

  let x: AxisScale
  let y: AxisScale
  let left, right, top, bottom: Double

  /// Lays out and draws everything but the values. The drawing's height is at least `height`.
  init(_ content: Content, height: Int, in drawing: inout Drawing) {
    let margin = 16.0
    let width = Double(drawing.width)
    var line = Heading.draw(content.title, in: &drawing, width: width - 2 * margin)
    let key = Key(content.key, width: width - 2 * margin)
    key.draw(in: &drawing, x: margin, y: line)
    line += key.height + (key.rows.isEmpty ? 0 : 4)
    for text in TextMetrics.wrap(content.y.title, to: width - 2 * margin) where !text.isEmpty {
      line += TextMetrics.lineHeight
      drawing.text(text, margin, line - 4, style: "q")
    }
    top = line + 10
    let xTitle = TextMetrics.wrap(content.x.title, to: width - 2 * margin).filter { !$0.isEmpty }
    let below = 26 + Double(xTitle.count) * TextMetrics.lineHeight + 10
    var bottom = max(Double(height) - below, top + 140)

    let yScale = AxisScale(content.y, values: content.yValues, count: Int((bottom - top) / 34), isExtended: true)
    let left = margin + 8 + (yScale.ticks.map { TextMetrics.width($0.label) }.max() ?? 0)
    var right = width - margin - content.rightMargin
    var xScale = AxisScale(content.x, values: content.xValues, count: 2, isExtended: content.isExtended)
    for count in (2...10).reversed() {
      let scale = AxisScale(content.x, values: content.xValues, count: count, isExtended: content.isExtended)
      if Self.fits(scale, right - left) {
        xScale = scale
        break
      }
    }
    // The last mark's number is centered on the end of the axis.
    right -= max((TextMetrics.width(xScale.ticks.last?.label ?? "") / 2 - margin - content.rightMargin), 0) + 4
    if content.isEqual {
      let unit = (right - left) / (xScale.range.upperBound - xScale.range.lowerBound)
      bottom = top + min(max(unit * (yScale.range.upperBound - yScale.range.lowerBound), 60), 1200)
    }
    (x, y) = (xScale, yScale)
    (self.left, self.right, self.bottom) = (left, right, bottom)
    drawing.height = Int((bottom + below).rounded(.up))
    drawAxes(in: &drawing)
    for (index, text) in xTitle.enumerated() {
      let baseline = bottom + 26 + Double(index + 1) * TextMetrics.lineHeight - 4
      let center = min(
        max((left + right) / 2, TextMetrics.width(text) / 2 + 4), width - TextMetrics.width(text) / 2 - 4)
      drawing.text(text, center, baseline, .middle, style: "q")
    }
  }

  /// Whether the marks' numbers have room beside each other.
  private static func fits(_ scale: AxisScale, _ length: Double) -> Bool {
    zip(scale.ticks, scale.ticks.dropFirst()).allSatisfy { first, second in
      let distance = (scale.fraction(second.value) - scale.fraction(first.value)) * length
      return distance >= (TextMetrics.width(first.label) + TextMetrics.width(second.label)) / 2 + 10
    }
  }

  func horizontal(_ value: Double) -> Double { left + x.fraction(value) * (right - left) }
  func vertical(_ value: Double) -> Double { bottom - y.fraction(value) * (bottom - top) }

  private func drawAxes(in drawing: inout Drawing) {
    for tick in y.ticks {
      let place = vertical(tick.value)
      // The zero line stands out where values lie on both sides of it.
      let isZero = tick.value == 0 && y.range.lowerBound < 0
      drawing.line(left, place, right, place, isZero ? "a" : "g")
      drawing.text(tick.label.withMinusSign, left - 8, place + 5, .end, style: "q")
    }
    drawing.line(left, bottom, right, bottom, "a")
    for tick in x.ticks {
      let place = horizontal(tick.value)
      drawing.line(place, bottom, place, bottom + 5, "a")
      drawing.text(tick.label.withMinusSign, place, bottom + 20, .middle, style: "q")
    }
  }

  /// Draws the lines that mark a vertical or a horizontal number; the labels of horizontal ones are the caller's.
  func draw(_ lines: [ReferenceLine], in drawing: inout Drawing) {
    for (index, line) in lines.vertical.enumerated() where x.range.contains(line.value) {
      let place = horizontal(line.value)
      drawing.line(place, top, place, bottom, "k", " stroke-width=\"1.3\" stroke-dasharray=\"5 4\"")
      let isLeft = place + 8 + TextMetrics.width(line.label) > Double(drawing.width) - 4
      drawing.text(
        line.label, isLeft ? place - 6 : place + 6, top + 12 + Double(index % 3) * TextMetrics.lineHeight,
        isLeft ? .end : .start, style: "o")
    }
    for line in lines.horizontal where y.range.contains(line.value) {
      let place = vertical(line.value)
      drawing.line(left, place, right, place, "k", " stroke-width=\"1.3\" stroke-dasharray=\"5 4\"")
    }
  }
}

/// A plot's heading.
enum Heading {
  /// Draws the lines of a heading from the top.
  ///
  /// - Returns: where the next thing begins.
  static func draw(_ title: String, in drawing: inout Drawing, width: Double) -> Double {
    var y = 10.0
    for text in TextMetrics.wrap(title, to: width, size: TextMetrics.headingSize, isBold: true) where !text.isEmpty {
      y += 21
      drawing.text(text, 16, y - 4, style: "h")
    }
    return y + 4
  }
}
