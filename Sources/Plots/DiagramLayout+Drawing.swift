extension DiagramLayout {
  /// Draws the diagram in pixels.
  func draw(in drawing: inout Drawing) {
    for frame in frames {
      drawing.rectangle(
        Double(frame.x), Double(frame.y), Double(frame.width), Double(frame.height), "k n",
        " rx=\"10\" stroke-width=\"1.2\" stroke-dasharray=\"6 5\"")
      drawing.text(frame.title, Double(frame.x) + 12, Double(frame.y) + 20, style: "b")
    }
    for arrow in arrows { draw(arrow, in: &drawing) }
    for sum in sums { draw(sum: sum, in: &drawing) }
    for box in boxes { draw(box, in: &drawing) }
    for label in labels { drawing.text(label.text, Double(label.x), Double(label.y) + 5, style: "q o") }
  }

  private func draw(_ arrow: Arrow, in drawing: inout Drawing) {
    var points = arrow.points.map { (x: Double($0.x), y: Double($0.y)) }
    guard points.count > 1, let end = points.last else { return }
    let before = points[points.count - 2]
    let length = max(abs(end.x - before.x), abs(end.y - before.y), 1)
    let (dx, dy) = ((end.x - before.x) / length, (end.y - before.y) / length)
    // The stroke ends inside the head, not at its tip.
    if arrow.hasHead { points[points.count - 1] = (end.x - 6 * dx, end.y - 6 * dy) }
    drawing.path(Drawing.pathData(points), "k n c", " stroke-width=\"1.5\"")
    guard arrow.hasHead else { return }
    drawing.path(
      Drawing.pathData(
        [
          end, (end.x - 9 * dx + 4.5 * dy, end.y - 9 * dy - 4.5 * dx),
          (end.x - 9 * dx - 4.5 * dy, end.y - 9 * dy + 4.5 * dx),
        ], isClosed: true), "i")
  }

  private func draw(sum: Point, in drawing: inout Drawing) {
    let (x, y) = (Double(sum.x), Double(sum.y))
    drawing.add(
      "<circle class=\"p k\" cx=\"\(XML.number(x))\" cy=\"\(XML.number(y))\" r=\"11\" stroke-width=\"1.5\"/>")
    drawing.path(
      "M\(XML.number(x - 6)) \(XML.number(y))H\(XML.number(x + 6))M\(XML.number(x)) \(XML.number(y - 6))"
        + "V\(XML.number(y + 6))", "k n", " stroke-width=\"1.5\"")
  }

  private func draw(_ box: Box, in drawing: inout Drawing) {
    drawing.box(box.kind, Double(box.x), Double(box.y), Double(box.width), Double(box.height))
    let center = Double(box.x) + Double(box.width) / 2
    let style = box.kind == .output ? "p" : ""
    for (index, line) in (box.name + box.note).enumerated() {
      let isNote = index >= box.name.count
      drawing.text(
        line, center, Double(box.y + metrics.padding.y + index * metrics.lineHeight) + 14, .middle,
        style: box.kind == .output ? style : isNote ? "q" : "b")
    }
  }
}

extension Drawing {
  /// A box in the look of its kind.
  mutating func box(_ kind: DiagramPart.Kind, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    let round = " rx=\"\(XML.number(min(height / 2, 17)))\" stroke-width=\"1.3\""
    switch kind {
    case .input: rectangle(x, y, width, height, "p k", round)
    case .output: rectangle(x, y, width, height, "i k", round)
    case .operation: rectangle(x, y, width, height, "p a", " stroke-width=\"1.3\"")
    case .learned:
      rectangle(x, y, width, height, "p", " rx=\"5\"")
      rectangle(
        x, y, width, height, "\(seriesClass("f", 0)) \(seriesClass("s", 0))", Self.tint + " stroke-width=\"2.2\"")
    case .frozen:
      rectangle(x, y, width, height, "p", " rx=\"5\"")
      rectangle(
        x, y, width, height, "\(seriesClass("f", 5)) \(seriesClass("s", 5))",
        Self.tint + " stroke-width=\"1.6\" stroke-dasharray=\"4 3\"")
    }
  }

  /// A light shade of the series' color, on which text keeps its contrast.
  private static let tint = " rx=\"5\" fill-opacity=\"0.1\""
}
