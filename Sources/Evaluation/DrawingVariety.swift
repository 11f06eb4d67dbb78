import Datasets

/// How different the drawings for one text are: a model that draws the same for each seed has learned one example.
public struct DrawingVariety: Sendable, Hashable {
  /// The share of distinct drawings among those that could be read as a scene, 0 to 1.
  public let distinctShare: Double
  /// The mean variance of the things' positions inside their fields, in squared units, across and down; offsets that are
  /// drawn evenly from -3 to 3 have 4. Nil with less than two readable drawings.
  public let offsetVariance: Double?

  /// Measures drawings for one text.
  public init(_ readings: [SceneReading]) {
    let scenes = readings.compactMap(\.scene)
    distinctShare = scenes.isEmpty ? 0 : Double(Set(scenes).count) / Double(scenes.count)
    var groups: [(thing: SceneObject, across: [Int], down: [Int])] = []
    // A thing is the same one in two drawings if it has color, shape, size and field in common.
    for thing in scenes.flatMap(\.objects) {
      let same = groups.firstIndex {
        $0.thing.combination == thing.combination && $0.thing.size == thing.size && $0.thing.place == thing.place
      }
      if let same {
        groups[same].across.append(thing.offsetX)
        groups[same].down.append(thing.offsetY)
      } else {
        groups.append((thing, [thing.offsetX], [thing.offsetY]))
      }
    }
    let lists = groups.flatMap { [$0.across, $0.down] }.filter { $0.count > 1 }
    let degrees = lists.reduce(0) { $0 + $1.count - 1 }
    offsetVariance = degrees > 0 ? lists.reduce(0) { $0 + Self.squares($1) } / Double(degrees) : nil
  }

  /// The sum of squared distances from the mean.
  private static func squares(_ values: [Int]) -> Double {
    let (sum, squares) = (values.reduce(0, +), values.reduce(0) { $0 + $1 * $1 })
    return Double(squares) - Double(sum * sum) / Double(values.count)
  }
}
