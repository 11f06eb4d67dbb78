import Datasets
import Evaluation
import Notebook

/// What the first test of drawings says.
///
/// - Parameters:
///   - names: of the lists of captions: one thing, two things, one thing of a new pair.
///   - judged: of each list all drawings.
///   - baselines: of each list the pictures that were looked up.
func rightNote(_ names: [String], _ judged: [[DrawingJudgement]], _ baselines: [[DrawingJudgement]]) -> String {
  func worst(_ list: [DrawingJudgement]) -> (aspect: SceneAspect, share: Double) {
    let shares = SceneAspect.allCases.compactMap { aspect in list.share(aspect).map { (aspect: aspect, share: $0) } }
    return shares.min { $0.share < $1.share } ?? (.color, 1)
  }
  let weakest = judged.map(worst)
  let strays = judged.map { list in list.count { $0.reading.strayCount > 0 } }
  return """
    All right in everything: \(Format.percent(judged[0].share(), decimals: 1)) for one thing, \
    \(Format.percent(judged[1].share(), decimals: 1)) for two, \(Format.percent(judged[2].share(), decimals: 1)) for new pairs. \
    With one thing the \(weakest[0].aspect) fails most often (right in \(Format.percent(weakest[0].share, decimals: 1))), \
    with two the \(weakest[1].aspect) (\(Format.percent(weakest[1].share, decimals: 1))), with new pairs the \
    \(weakest[2].aspect) (\(Format.percent(weakest[2].share, decimals: 1))). Something that is no thing is in \(strays[0]), \
    \(strays[1]) and \(strays[2]) drawings. \(goals("one drawing for each caption", judged[0].share(), judged[1].share())) \
    A looked-up picture is never right for one thing where no training caption is the same; it is right in \(Format.percent(baselines[0].share(.color) ?? 0, decimals: 1)) of the colors and \
    \(Format.percent(baselines[0].share(.place) ?? 0, decimals: 1)) of the places there. Captions of two things \
    name no fields, so that some of them are also captions of training scenes: \
    \(Format.percent(baselines[1].share(), decimals: 1)) of the looked-up pictures are right.
    """
}

/// Whether some drawings reach the goals of the lesson: the shares that are all right, of one thing and of two.
func goals(_ drawings: String, _ one: Double, _ two: Double) -> String {
  switch (one >= 0.9, two >= 0.6) {
  case (true, true): "With \(drawings) both goals are reached."
  case (true, false): "With \(drawings) the goal for one thing is reached, that for two things is not."
  case (false, true): "With \(drawings) the goal for two things is reached, that for one thing is not."
  case (false, false): "With \(drawings) neither goal is reached."
  }
}

/// What the losses of the training say about learning by heart.
///
/// - Parameters:
///   - trained: the loss on training scenes, as the report has it.
///   - heldOut: the same on held-out scenes.
///   - losses: the mean losses while it learned.
func lossNote(_ trained: String, _ heldOut: String, _ losses: [(step: Int, loss: Double)]) -> String {
  let known = Double(trained).flatMap { trained in Double(heldOut).map { $0 / trained } } ?? 1
  let verdict =
    known < 1.05
    ? "They are nearly the same. So its mistakes do not come from learning the training scenes by heart: it is too small for its "
      + "task, or was trained too short."
    : "The second is larger: it knows the training scenes better than others."
  guard let last = losses.last, let half = losses.first(where: { $0.step * 2 >= last.step }) else { return verdict }
  return """
    \(verdict) From step \(Format.integer(half.step)) to step \(Format.integer(last.step)) the mean loss fell from \
    \(Format.fixed(half.loss, decimals: 4)) to \(Format.fixed(last.loss, decimals: 4)).
    """
}

/// What steps and guidance change.
///
/// - Parameter count: how many drawings each result is of.
func sweepNote(
  _ steps: [Int], _ stepResults: [Sweep], _ guidances: [Double], _ guidanceResults: [Sweep], count: Int
) -> String {
  let best = stepResults.map(\.share).max() ?? 0
  let enough = zip(steps, stepResults).first { $0.1.share >= best - 0.05 }?.0 ?? 0
  let bestGuidance = zip(guidances, guidanceResults).max { $0.1.share < $1.1.share } ?? (1, guidanceResults[1])
  func variance(_ index: Int) -> String {
    guidanceResults[index].variance.map { Format.fixed($0, decimals: 2) } ?? "not to be measured"
  }
  let last = (steps: steps[steps.count - 1], share: stepResults[stepResults.count - 1].share)
  let decline =
    last.share > best - 0.05
    ? ""
    : """
    With \(last.steps) steps it is only \(Format.percent(last.share, decimals: 1)). In 13.4 more steps never did harm, but there \
    the estimates were exact; why they do harm here was not found out.
    """
  return """
    \(enough) steps are enough here: more of them gain at most 5 points of 100, and one drawing of the \(count) is \
    \(Format.fixed(100 / Double(count), decimals: 1)). \(decline) The best guidance is \
    \(Format.fixed(bestGuidance.0, decimals: 1)), with \(Format.percent(bestGuidance.1.share, decimals: 1)) right; without guidance \
    (w = 1) it is \(Format.percent(guidanceResults[1].share, decimals: 1)), and without the text (w = 0) \
    \(Format.percent(guidanceResults[0].share, decimals: 1)). The variance of the places, of the things that can be read, is \
    \(variance(1)) at w = 1 and \
    \(variance(guidances.count - 1)) at w = \(Format.fixed(guidances[guidances.count - 1], decimals: 0)). \(count) drawings of five \
    captions are few: differences of one or two drawings say nothing.
    """
}

// MARK: Single things

/// A group of drawings of one thing for a table: how many are right, and which other shapes were read.
func singleRow(_ name: String, _ drawings: [(wanted: SceneRequest.Thing, judged: DrawingJudgement)]) -> [Cell] {
  let others = SceneShape.allCases.compactMap { shape -> String? in
    let count = drawings.count { $0.judged.drawn[0]?.shape == shape && $0.wanted.combination.shape != shape }
    return count == 0 ? nil : "\(shape) \(count)"
  }
  let missing = drawings.count { $0.judged.drawn[0] == nil }
  let list = drawings.map(\.judged)
  return [
    .text(name), .integer(list.count), .percent(list.share(), decimals: 1),
    .percent(list.share(.shape) ?? 0, decimals: 1),
    .text((others + (missing == 0 ? [] : ["no thing \(missing)"])).joined(separator: ", ")),
  ]
}

/// What shapes and sizes say.
///
/// - Parameters:
///   - drawings: of one thing.
///   - pairs: drawings of two things with what was asked for.
func singlesNote(
  _ drawings: [(wanted: SceneRequest.Thing, judged: DrawingJudgement)],
  _ pairs: [(wanted: [SceneRequest.Thing], judged: DrawingJudgement)]
) -> String {
  func share(_ isWanted: (SceneRequest.Thing) -> Bool) -> Double {
    drawings.filter { isWanted($0.wanted) }.map(\.judged).share()
  }
  func percent(_ share: Double) -> String { Format.percent(share, decimals: 1) }
  let shapes = SceneShape.allCases.map { shape in (shape: shape, share: share { $0.combination.shape == shape }) }
  let worst = shapes.min { $0.share < $1.share } ?? shapes[0]
  let others = share { $0.combination.shape != worst.shape }
  func pairShare(_ hasWorst: Bool) -> Double {
    pairs.filter { pair in pair.wanted.contains { $0.combination.shape == worst.shape } == hasWorst }.map(\.judged)
      .share()
  }
  let wrong = drawings.map(\.judged).filter { !$0.isRight }
  let placed = wrong.count { judged in [SceneAspect.color, .place].allSatisfy { judged.isRight($0) == true } }
  return """
    The \(worst.shape) fails most often: \(percent(worst.share)) are right, of all other shapes \(percent(others)). Where one of \
    two things is a \(worst.shape), \(percent(pairShare(true))) are right, else \(percent(pairShare(false))); so it explains \
    \(pairShare(false) > 0.6 ? "much of what fails with two things, too" : "little of what fails with two things"). Of \(wrong.count) wrong drawings of one thing \(placed) have a thing of the right color at the right place, so it is the form that \
    fails. Small things are right in \(percent(share { $0.size == .small })), large ones in \(percent(share { $0.size == .large })).
    """
}
