import Notebook

extension DiagramLayout {
  /// The diagram in characters.
  var textLines: [String] {
    let right = labels.map { $0.x + DisplayWidth.columns(of: $0.text) }.max() ?? 0
    var canvas = TextCanvas(width: max(size.width, right), height: size.height)
    for frame in frames { draw(frame, in: &canvas) }
    var lines = LineCanvas(width: canvas.width, height: size.height)
    for arrow in arrows { lines.draw(arrow) }
    lines.copy(to: &canvas)
    for sum in sums { canvas[sum.x, sum.y] = "⊕" }
    for box in boxes { draw(box, in: &canvas) }
    for label in labels { canvas.put(label.text, label.x, label.y) }
    return canvas.lines
  }

  private func draw(_ frame: Frame, in canvas: inout TextCanvas) {
    let (right, bottom) = (frame.x + frame.width - 1, frame.y + frame.height - 1)
    for x in frame.x...right {
      canvas[x, frame.y] = "╌"
      canvas[x, bottom] = "╌"
    }
    for y in frame.y...bottom {
      canvas[frame.x, y] = "╎"
      canvas[right, y] = "╎"
    }
    for (x, y, corner) in [
      (frame.x, frame.y, "┌"), (right, frame.y, "┐"), (frame.x, bottom, "└"), (right, bottom, "┘"),
    ] {
      canvas.put(corner, x, y)
    }
    canvas.put(frame.title, frame.x + 2, frame.y + 1)
  }

  private func draw(_ box: Box, in canvas: inout TextCanvas) {
    let strokes = box.kind.strokes
    let (right, bottom) = (box.x + box.width - 1, box.y + box.height - 1)
    for x in box.x...right {
      canvas[x, box.y] = strokes[4]
      canvas[x, bottom] = strokes[4]
    }
    for y in box.y...bottom {
      canvas[box.x, y] = strokes[5]
      canvas[right, y] = strokes[5]
    }
    canvas[box.x, box.y] = strokes[0]
    canvas[right, box.y] = strokes[1]
    canvas[box.x, bottom] = strokes[2]
    canvas[right, bottom] = strokes[3]
    for (index, line) in (box.name + box.note).enumerated() {
      let start = box.x + (box.width - DisplayWidth.columns(of: line)) / 2
      canvas.put(line, start, box.y + 1 + index)
    }
  }
}

/// Strokes between the middles of neighboring characters; where they meet, the fitting corner or crossing is written.
private struct LineCanvas {
  private var directions: [[UInt8]]
  private var heads: [(x: Int, y: Int, mark: Character)] = []
  private static let (up, right, down, left): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 4, 8)
  /// By the sum of the directions in which strokes leave.
  private static let characters: [Character] = [
    " ", "│", "─", "└", "│", "│", "┌", "├", "─", "┘", "─", "┴", "┐", "┤", "┬", "┼",
  ]

  init(width: Int, height: Int) {
    directions = Array(repeating: Array(repeating: 0, count: width), count: height)
  }

  mutating func draw(_ arrow: DiagramLayout.Arrow) {
    var points = arrow.points
    guard points.count > 1 else { return }
    let end = points[points.count - 1]
    let before = points[points.count - 2]
    // An arrow ends in the character before what it points at.
    let step = (x: (end.x - before.x).signum(), y: (end.y - before.y).signum())
    if arrow.hasHead {
      let place: (x: Int, y: Int)
      let mark: Character
      switch step {
      case (1, _): (place, mark) = ((end.x - 1, end.y), "→")
      case (-1, _): (place, mark) = ((end.x + (end.x == before.x ? 0 : 1), end.y), "←")
      default: (place, mark) = ((end.x, end.y - 1), "↓")
      }
      points[points.count - 1] = place
      heads.append((place.x, place.y, mark))
    }
    for (start, end) in zip(points, points.dropFirst()) { stroke(start, end) }
    if arrow.leavesEdge, let first = points.first { add(first.x, first.y, Self.up) }
  }

  private mutating func stroke(_ start: (x: Int, y: Int), _ end: (x: Int, y: Int)) {
    let step = (x: (end.x - start.x).signum(), y: (end.y - start.y).signum())
    guard step != (0, 0), step.x == 0 || step.y == 0 else { return }
    let out = step.x > 0 ? Self.right : step.x < 0 ? Self.left : step.y > 0 ? Self.down : Self.up
    let back = step.x > 0 ? Self.left : step.x < 0 ? Self.right : step.y > 0 ? Self.up : Self.down
    var (x, y) = start
    while (x, y) != end {
      add(x, y, out)
      (x, y) = (x + step.x, y + step.y)
      add(x, y, back)
    }
  }

  private mutating func add(_ x: Int, _ y: Int, _ direction: UInt8) {
    if directions.indices.contains(y), directions[y].indices.contains(x) { directions[y][x] |= direction }
  }

  func copy(to canvas: inout TextCanvas) {
    for (y, row) in directions.enumerated() {
      for (x, bits) in row.enumerated() where bits != 0 { canvas[x, y] = Self.characters[Int(bits)] }
    }
    for head in heads { canvas[head.x, head.y] = head.mark }
  }
}
