import Notebook

/// Lengths of a diagram: pixels on a page, or columns and rows of characters.
struct DiagramMetrics: Sendable {
  let textWidth: @Sendable (String) -> Int
  /// Breaks a box's text into lines.
  let lines: @Sendable (String) -> [String]
  let lineHeight: Int
  /// Between a box's text and its edge, across and up.
  let padding: (x: Int, y: Int)
  /// From a part to the next.
  let arrow: Int
  /// From a fork to what it leads to; as much from there to the join.
  let fork: Int
  /// From the edge of a frame to what is in it.
  let framePadding: (x: Int, y: Int)
  /// From where a shortcut leaves to the first box.
  let stub: Int
  /// The side of the sign that adds.
  let plus: Int
  /// The room that a shortcut takes.
  let lane: Int
  /// Between chains side by side.
  let gap: Int
  /// From an arrow to its label.
  let labelOffset: Int

  static func pixels(wrapping limit: Int) -> DiagramMetrics {
    DiagramMetrics(
      textWidth: { Int(TextMetrics.width($0).rounded(.up)) }, lines: { TextMetrics.wrap($0, to: Double(limit)) },
      lineHeight: 18, padding: (16, 8), arrow: 28, fork: 34, framePadding: (16, 12), stub: 22, plus: 22, lane: 24,
      gap: 28, labelOffset: 9)
  }

  static func characters(wrapping limit: Int) -> DiagramMetrics {
    DiagramMetrics(
      textWidth: { DisplayWidth.columns(of: $0) }, lines: { TextCanvas.wrap($0, to: limit) }, lineHeight: 1,
      padding: (2, 1), arrow: 1, fork: 2, framePadding: (2, 1), stub: 2, plus: 1, lane: 3, gap: 3, labelOffset: 2)
  }
}
