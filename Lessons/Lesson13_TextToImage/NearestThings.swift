import Datasets
import Evaluation
import Notebook

/// A drawing judged as if each of its marks were the thing that it is most like, however badly it is drawn.
struct NearestThings {
  /// Nil if these things cannot stand beside each other in a scene, or if there are none.
  private let judgement: DrawingJudgement?
  /// How much the most malformed mark differs from its thing.
  private let error: Double

  init(_ reading: SceneReading, _ request: SceneRequest) {
    judgement = Scene(reading.marks.map(\.nearest)).map { DrawingJudgement(reader($0.image()), request) }
    error = reading.hasStrayInk ? .infinity : reading.marks.map(\.error).max() ?? 0
  }

  /// Whether an aspect is right; nil if the text does not ask for it.
  func isRight(_ aspect: SceneAspect, asked: Bool) -> Bool? {
    asked ? judgement?.isRight(aspect) ?? false : nil
  }

  /// Whether the drawing is all right if its marks may differ from things by a limit; nil for any difference.
  func isRight(limit: Double?) -> Bool { (judgement?.isRight ?? false) && limit.map { error <= $0 } ?? true }

  /// Whether the text asks for an aspect, as far as a judgement says.
  fileprivate func asks(_ aspect: SceneAspect) -> Bool { judgement.map { $0.isRight(aspect) != nil } ?? false }
}

extension [NearestThings] {
  /// The share of drawings that are right in an aspect; nil if their texts do not ask for it. All of them are of one kind.
  func share(_ aspect: SceneAspect) -> Double? {
    if !contains(where: { $0.asks(aspect) }) { return nil }
    return Double(count { $0.isRight(aspect, asked: true) == true }) / Double(count)
  }

  /// The share of drawings that are all right if marks may differ from things by a limit.
  func share(limit: Double?) -> Double { Double(count { $0.isRight(limit: limit) }) / Double(Swift.max(count, 1)) }
}

/// What the nearest things say of drawings of two things.
func formNote(_ judged: [DrawingJudgement], _ nearest: [NearestThings]) -> String {
  func percent(_ share: Double?) -> String { Format.percent(share ?? 0, decimals: 1) }
  let (color, relation, shape) = (nearest.share(.color) ?? 0, nearest.share(.relation) ?? 0, nearest.share(.shape) ?? 0)
  let finding =
    min(color, relation) > shape + 0.15
    ? """
    So the colors and the relation are mostly meant as the text says, and it is the form that fails: the mark has the right \
    color at the right place, and is not the right shape, or none. That, and not binding, keeps two things from the goal.
    """
    : "So it is not the form alone that fails."
  return """
    Two things: with each mark taken as its nearest thing color is right in \(percent(color)) (\(percent(judged.share(.color))) \
    above), the relation in \(percent(relation)) (\(percent(judged.share(.relation)))), the shape in \(percent(shape)) \
    (\(percent(judged.share(.shape)))), and everything in \(percent(nearest.share(limit: nil))). \(finding) Why the forms of two \
    things fail more often than that of one was not found out: a network too small, a training too short, and a loss that hardly \
    counts sharp edges (13.7) are possible reasons, and none of them was tried apart from the others.
    """
}
