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
///
/// - Parameters:
///   - single: drawings of one thing.
///   - judged: drawings of two things.
///   - nearest: the same with each mark taken as its nearest thing.
func formNote(_ single: [DrawingJudgement], _ judged: [DrawingJudgement], _ nearest: [NearestThings]) -> String {
  func percent(_ share: Double?) -> String { Format.percent(share ?? 0, decimals: 1) }
  let (color, relation, shape) = (nearest.share(.color) ?? 0, nearest.share(.relation) ?? 0, nearest.share(.shape) ?? 0)
  let wrong = judged.filter { !$0.isRight }
  let many = wrong.count { $0.isRight(.number) == false }
  let finding =
    min(color, relation) > shape + 0.05
    ? """
    So the colors and the relation are mostly meant as the text says, and it is the form that fails: the mark has the right \
    color at the right place, and is not the right shape, or none.
    """
    : """
    Where an aspect is right less often so, marks that are taken as things cannot stand together in a scene: the same thing twice, \
    two that touch, or more than three. Such a drawing counts as wrong in every aspect, so these rows do not say that its colors \
    are wrong. Of \(wrong.count) wrong drawings \(many) show another number of things than was asked for, or something that is no \
    thing.
    """
  let one = single.share(.shape) ?? 0
  let (both, drawn) = (one * one, judged.share(.shape) ?? 0)
  let comparison =
    drawn < both - 0.1
    ? "So things beside each other are drawn worse than alone."
    : "So the forms of two things are drawn about as well as that of one."
  return """
    Two things: with each mark taken as its nearest thing color is right in \(percent(color)) (\(percent(judged.share(.color))) \
    above), the relation in \(percent(relation)) (\(percent(judged.share(.relation)))), the shape in \(percent(shape)) \
    (\(percent(drawn))), and everything in \(percent(nearest.share(limit: nil))). \(finding) If each of two things had the right \
    shape as often as a single one, both would have it in \(percent(both)); it is \(percent(drawn)). \(comparison)
    """
}
