/// Points joined by straight strokes, in pixels.
enum Polyline {
  typealias Point = (x: Double, y: Double)

  /// Leaves out points that cannot be seen: of those in one column of pixels, the first, lowest, highest and last stay.
  static func thinned(_ points: [Point]) -> [Point] {
    columns(points).flatMap { range -> [Point] in
      guard range.count > 4 else { return Array(points[range]) }
      let column = range.map { $0 }
      guard let first = column.first, let last = column.last,
        let lowest = column.min(by: { points[$0].y < points[$1].y }),
        let highest = column.max(by: { points[$0].y < points[$1].y })
      else { return [] }
      var kept: [Int] = []
      for index in [first, min(lowest, highest), max(lowest, highest), last] where kept.last != index {
        kept.append(index)
      }
      return kept.map { points[$0] }
    }
  }

  /// Neighbors in the same column of pixels.
  static func columns(_ points: [Point]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    for index in points.indices.dropFirst() where points[index].x.rounded(.down) != points[start].x.rounded(.down) {
      result.append(start..<index)
      start = index
    }
    return points.isEmpty ? [] : result + [start..<points.count]
  }

  /// The parts inside a rectangle (Liang and Barsky 1984, one stroke after the other).
  static func clipped(_ points: [Point], x: ClosedRange<Double>, y: ClosedRange<Double>) -> [[Point]] {
    if points.count == 1 { return x.contains(points[0].x) && y.contains(points[0].y) ? [points] : [] }
    var parts: [[Point]] = []
    var isOpen = false
    for (start, end) in zip(points, points.dropFirst()) {
      guard let (first, last) = inside(start, end, x, y) else {
        isOpen = false
        continue
      }
      if !isOpen { parts.append([point(start, end, first)]) }
      parts[parts.count - 1].append(point(start, end, last))
      isOpen = last == 1
    }
    return parts
  }

  private static func point(_ start: Point, _ end: Point, _ share: Double) -> Point {
    // The ends stay exactly what they are.
    if share == 0 { return start }
    if share == 1 { return end }
    return (start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
  }

  /// The shares of a stroke between which it is inside.
  private static func inside(
    _ start: Point, _ end: Point, _ x: ClosedRange<Double>, _ y: ClosedRange<Double>
  ) -> (Double, Double)? {
    var (first, last) = (0.0, 1.0)
    let edges = [
      (start.x - end.x, start.x - x.lowerBound), (end.x - start.x, x.upperBound - start.x),
      (start.y - end.y, start.y - y.lowerBound), (end.y - start.y, y.upperBound - start.y),
    ]
    for (step, distance) in edges {
      if step == 0 {
        if distance < 0 { return nil }
      } else if step < 0 {
        first = max(first, distance / step)
      } else {
        last = min(last, distance / step)
      }
    }
    return first <= last ? (first, last) : nil
  }
}
