/// What tells one series from another without its color.
enum Marks {
  /// Dashes of the lines, in pixels.
  static let dashes = ["", "8 4", "2 4", "10 4 2 4", "14 5", "5 3 1 3", "4 6", "1 3"]
  /// Characters of the series in plain text.
  static let characters: [Character] = ["●", "○", "▲", "△", "■", "□", "◆", "◇"]

  static func dashAttribute(_ index: Int) -> String {
    dashes[index].isEmpty ? "" : " stroke-dasharray=\"\(dashes[index])\""
  }
}

extension Drawing {
  /// A marker in its series' shape and color, with a rim of the background's color.
  mutating func marker(_ index: Int, _ x: Double, _ y: Double, radius r: Double = 4) {
    let style = seriesClass("f", index) + " w"
    let corners: [(Double, Double)]
    switch index {
    case 0:
      add(
        "<circle class=\"\(style)\" cx=\"\(XML.number(x))\" cy=\"\(XML.number(y))\" r=\"\(XML.number(r))\"/>")
      return
    case 1: corners = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    case 2: corners = [(0, -1.2), (1.15, 0.9), (-1.15, 0.9)]
    case 3: corners = [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
    case 4: corners = [(0, 1.2), (1.15, -0.9), (-1.15, -0.9)]
    case 5:
      corners = [
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2),
        (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
      ]
    case 6: corners = [(-1.2, 0), (0.9, -1.15), (0.9, 1.15)]
    default: corners = [(1.2, 0), (-0.9, -1.15), (-0.9, 1.15)]
    }
    path(Self.pathData(corners.map { (x + $0.0 * r, y + $0.1 * r) }, isClosed: true), style)
  }
}
