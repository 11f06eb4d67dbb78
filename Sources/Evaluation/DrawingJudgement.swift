import Datasets
import Images
import Support

/// Whether a drawing shows what a text asks for, aspect by aspect.
///
/// The things that are asked for are compared with those that are drawn in the order in which they agree most. A thing
/// that is missing, or so badly drawn that it is none, has no aspect right.
public struct DrawingJudgement: Sendable, Hashable {
  /// What the drawing shows.
  public let reading: SceneReading
  /// For each thing that is asked for the one that is drawn; nil if there is none.
  public let drawn: [SceneObject?]
  private let verdicts: [Bool?]

  /// Judges a drawing that was read.
  public init(_ reading: SceneReading, _ request: SceneRequest) {
    let things = reading.things
    let drawn = Self.best(request.things, things)
    /// Whether all things are right in an aspect, and all of those that are asked for.
    func all(_ isRight: (SceneRequest.Thing, SceneObject) -> Bool) -> Bool {
      zip(request.things, drawn).allSatisfy { wanted, thing in thing.map { isRight(wanted, $0) } ?? false }
    }
    func isAsked(_ aspect: (SceneRequest.Thing) -> Bool) -> Bool { request.things.contains(where: aspect) }
    self.reading = reading
    self.drawn = drawn
    verdicts = SceneAspect.allCases.map { aspect in
      switch aspect {
      case .color: all { $0.combination.color == $1.color }
      case .shape: all { $0.combination.shape == $1.shape }
      case .size: isAsked { $0.size != nil } ? all { $0.size == nil || $0.size == $1.size } : nil
      case .place: isAsked { $0.place != nil } ? all { $0.place == nil || $0.place == $1.place } : nil
      case .relation:
        request.relation.map { relation in
          guard let first = drawn[0], let second = drawn[1] else { return false }
          return relation.holds(first, second) == true
        }
      case .number: things.count + reading.strayCount == request.things.count
      }
    }
  }

  /// Whether an aspect is right; nil if the text does not ask for it.
  public func isRight(_ aspect: SceneAspect) -> Bool? { verdicts[aspect.rawValue] }

  /// Whether the drawing shows all that is asked for and nothing else.
  public var isRight: Bool { reading.strayCount == 0 && verdicts.allSatisfy { $0 != false } }

  /// The aspects that are wrong.
  public var mistakes: [SceneAspect] { SceneAspect.allCases.filter { isRight($0) == false } }

  /// The drawn things in the order in which most aspects agree; the first such order.
  private static func best(_ wanted: [SceneRequest.Thing], _ drawn: [SceneObject]) -> [SceneObject?] {
    func agreement(_ order: [SceneObject?]) -> Int {
      zip(wanted, order).reduce(0) { sum, pair in
        guard let thing = pair.1 else { return sum }
        let equal = [
          pair.0.combination.color == thing.color, pair.0.combination.shape == thing.shape, pair.0.size == thing.size,
          pair.0.place == thing.place,
        ]
        return sum + equal.count { $0 }
      }
    }
    var (best, most) = ([SceneObject?](repeating: nil, count: wanted.count), -1)
    for order in orders(of: drawn, count: wanted.count) where agreement(order) > most {
      (best, most) = (order, agreement(order))
    }
    return best
  }

  /// All ways to give things to some places, each thing once; places are left empty only where things are missing.
  private static func orders(of things: [SceneObject], count: Int) -> [[SceneObject?]] {
    if count == 0 { return [[]] }
    if things.isEmpty { return [Array(repeating: nil, count: count)] }
    var result = things.indices.flatMap { index in
      var rest = things
      let first = rest.remove(at: index)
      return orders(of: rest, count: count - 1).map { [first] + $0 }
    }
    if things.count < count { result += orders(of: things, count: count - 1).map { [nil] + $0 } }
    return result
  }
}

extension [DrawingJudgement] {
  /// The share of drawings that are right in all that is asked for, 0 to 1.
  public func share() -> Double { isEmpty ? 0 : Double(count { $0.isRight }) / Double(count) }

  /// The share of drawings that are right in an aspect, among those whose text asks for it; nil if none does.
  public func share(_ aspect: SceneAspect) -> Double? {
    let asked = compactMap { $0.isRight(aspect) }
    return asked.isEmpty ? nil : Double(asked.count { $0 }) / Double(asked.count)
  }
}

/// Judges drawings by the pixels, each by the text that it was drawn for.
///
/// - Parameters:
///   - drawings: RGB pictures of 32 × 32 pixels.
///   - captions: as many texts of the grammar of scenes.
/// - Throws: `DataError` for a text that is no caption of a scene.
public func judge(_ drawings: [Image], _ captions: [String]) throws(DataError) -> [DrawingJudgement] {
  if drawings.count != captions.count {
    reportMisuse("judge", "\(drawings.count) drawings and \(captions.count) captions; each has its own")
  }
  let reader = SceneReader()
  var result: [DrawingJudgement] = []
  for (drawing, caption) in zip(drawings, captions) {
    result.append(DrawingJudgement(reader(drawing), try SceneRequest(caption)))
  }
  return result
}
