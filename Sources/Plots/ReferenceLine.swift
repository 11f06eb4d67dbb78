/// A straight line across a plot that marks a known number: chance, a threshold, the step at which something changes.
public struct ReferenceLine: Sendable {
  enum Direction: Sendable { case horizontal, vertical }

  let direction: Direction
  let value: Double
  let label: String

  /// A line from left to right.
  ///
  /// - Parameter label: what the number is: `chance, ln 10`.
  public static func horizontal(at value: some PlotValue, _ label: String) -> ReferenceLine {
    ReferenceLine(direction: .horizontal, value: value.plotValue, label: label)
  }

  /// A line from top to bottom.
  public static func vertical(at value: some PlotValue, _ label: String) -> ReferenceLine {
    ReferenceLine(direction: .vertical, value: value.plotValue, label: label)
  }
}

extension [ReferenceLine] {
  var horizontal: [ReferenceLine] { filter { $0.direction == .horizontal } }
  var vertical: [ReferenceLine] { filter { $0.direction == .vertical } }

  /// A sentence for the summary, empty without lines.
  func sentence(_ x: Axis, _ y: Axis) -> String {
    let marks = map { "\($0.label) (\(($0.direction == .horizontal ? y : x).spoken($0.value)))" }
    return isEmpty ? "" : " Marked: " + marks.joined(separator: ", ") + "."
  }
}
