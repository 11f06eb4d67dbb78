import Datasets
import Evaluation
import Notebook

/// What the first test of drawings says.
///
/// - Parameters:
///   - judged: of each list of captions all drawings: one thing, two things, one thing of a new pair, two of them, one
///     thing of a brief caption.
///   - baselines: of each list the pictures that were looked up, of 2,000 and of 20,000.
func rightNote(_ judged: [[DrawingJudgement]], _ baselines: [[[DrawingJudgement]]]) -> String {
  func worst(_ list: [DrawingJudgement]) -> (aspect: SceneAspect, share: Double) {
    let shares = SceneAspect.allCases.compactMap { aspect in list.share(aspect).map { (aspect: aspect, share: $0) } }
    return shares.min { $0.share < $1.share } ?? (.color, 1)
  }
  let weakest = judged.map(worst).map { worst in
    worst.share == 1
      ? "nothing fails"
      : "the \(worst.aspect) fails most often (right in \(Format.percent(worst.share, decimals: 1)))"
  }
  let strays = judged.map { list in list.count { $0.reading.strayCount > 0 } }
  return """
    All right in everything: \(Format.percent(judged[0].share(), decimals: 1)) for one thing, \
    \(Format.percent(judged[1].share(), decimals: 1)) for two, \(Format.percent(judged[2].share(), decimals: 1)) for one thing of a new pair. \
    With one thing \(weakest[0]), with two \(weakest[1]), with one of a new pair \(weakest[2]). Something that is no thing is in \
    \(strays[0]), \(strays[1]) and \(strays[2]) drawings. Of texts with neither size nor place, which are rare in the training (13.7), \
    \(Format.percent(judged[4].share(), decimals: 1)) are drawn right, though anything of that color and shape would be; of what is \
    looked up for them \(Format.percent(baselines[0][4].share(), decimals: 1)). \(goals("one drawing for each caption", judged[0].share(), judged[1].share())) \
    A picture that is looked up is never right for one thing, where no training caption is the same; of 2,000 it has the right \
    color in \(Format.percent(baselines[0][0].share(.color) ?? 0, decimals: 1)) and the right place in \
    \(Format.percent(baselines[0][0].share(.place) ?? 0, decimals: 1)). For two things it is right in \
    \(Format.percent(baselines[0][1].share(), decimals: 1)), and of 20,000 in \
    \(Format.percent(baselines[1][1].share(), decimals: 1)): \(lookedUp(judged[1], baselines)) Looking up has no malformed things. \
    For new pairs of color and shape, which nothing can be looked up for, it has none right; there drawing is what helps.
    """
}

/// How the pictures of two things that were looked up compare with drawings.
private func lookedUp(_ drawn: [DrawingJudgement], _ baselines: [[[DrawingJudgement]]]) -> String {
  let better = SceneAspect.allCases.filter { aspect in
    guard let own = drawn.share(aspect), let other = baselines[0][1].share(aspect) else { return false }
    return other > own
  }
  let names = better.map(\.description).joined(separator: ", ")
  let verdict =
    baselines[1][1].share() > drawn.share()
    ? "with enough pictures to look in, it is the better painter of known texts." : "drawing is better."
  return better.isEmpty ? verdict : "\(verdict) Already of 2,000 it is more often right in: \(names)."
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
    ? "They are nearly the same: what it can do, it can do with new scenes."
    : "The second is larger: it knows the training scenes better than others."
  guard let last = losses.last, let half = losses.first(where: { $0.step * 2 >= last.step }),
    let late = losses.first(where: { $0.step * 8 >= last.step * 7 })
  else { return verdict }
  return """
    \(verdict) From step \(Format.integer(half.step)) to step \(Format.integer(last.step)) the mean loss fell from \
    \(Format.fixed(half.loss, decimals: 4)) to \(Format.fixed(last.loss, decimals: 4)), and at step \(Format.integer(late.step)) it \
    was \(Format.fixed(late.loss, decimals: 4)) already. The learning rate has fallen to a hundredth there, so the curve does not say whether a longer \
    training would go on.
    """
}

/// What the distances to the nearest training picture say.
///
/// - Parameter rows: drawings of training captions, the scenes read in them, real scenes of these captions; drawings of held-out
///   captions, real scenes of these.
func heartNote(_ rows: [[Double]]) -> String {
  guard rows.count == 5 else { return "Too few drawings could be read to compare." }
  func fixed(_ row: Int) -> String { Format.fixed(mean(rows[row]), decimals: 4) }
  let isNear = mean(rows[1]) < 0.8 * mean(rows[2])
  return """
    Scenes that were read in drawings of training captions lie \(fixed(1)) from the nearest training picture, fresh scenes of the \
    same captions \(fixed(2)). \(isNear ? "So the drawings lie nearer: a sign of copies." : "So they do not lie nearer, as copies would.") \
    Drawings of held-out captions lie \(fixed(3)) away, real scenes of these \(fixed(4)).
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
  let mostRight = guidanceResults.map(\.share).max() ?? 0
  let good = zip(guidances, guidanceResults).filter { $0.1.share >= mostRight - 0.15 }.map {
    Format.fixed($0.0, decimals: 1)
  }
  let (usual, most) = (steps.firstIndex(of: Painter.defaults.steps) ?? 0, steps.count - 1)
  let last = stepResults[most].share
  let decline =
    last > best - 0.15
    ? "Differences of up to 15 points say little with \(count) drawings."
    : """
    With \(steps[most]) steps it is \(Format.percent(last, decimals: 1)). In 13.4 more steps never did harm, but there the \
    estimates were exact; why they do harm here was not found out.
    """
  func places(_ results: [Sweep], _ index: Int) -> String {
    results[index].variance.map { Format.fixed($0, decimals: 2) } ?? "not to be measured"
  }
  let lowest = (1..<guidances.count).min {
    (guidanceResults[$0].variance ?? .infinity) < (guidanceResults[$1].variance ?? .infinity)
  }
  let (least, end) = (lowest ?? 1, guidances.count - 1)
  let takes = (guidanceResults[least].variance ?? 0) < 0.85 * (guidanceResults[1].variance ?? 0)
  let verdict =
    takes ? "Guidance takes variety away, as in 13.8" : "That guidance takes variety away, as in 13.8, is hardly seen"
  let growing = (stepResults[most].variance ?? 0) > 1.3 * (stepResults[usual].variance ?? 0)
  return """
    \(enough) steps come within 5 points of the most that is right. \(decline) Guidance of \(good.joined(separator: ", ")) lies \
    within 15 points of the best; without guidance (w = 1) \(Format.percent(guidanceResults[1].share, decimals: 1)) are right, and \
    without the text (w = 0) \(Format.percent(guidanceResults[0].share, decimals: 1)). \(verdict): the variance of the places is \
    \(places(guidanceResults, 1)) at w = 1 and least at w = \(Format.fixed(guidances[least], decimals: 1)), \
    \(places(guidanceResults, least)). At w = \(Format.fixed(guidances[end], decimals: 0)) it is \(places(guidanceResults, end)), and \
    \(Format.percent(guidanceResults[end].share, decimals: 1)) of the drawings are right. By the steps it goes from \(places(stepResults, 1)) at \(steps[1]) over \
    \(places(stepResults, usual)) at \(steps[usual]) to \(places(stepResults, most)) at \(steps[most]); the training scenes have 4. \
    \(growing ? "So few steps are enough for the right things, and take variety from their places." : "")
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
  if wrong.isEmpty {
    return """
      No single thing of these captions is wrong, whatever its shape and its size. They have all details. Texts without size and \
      place, as that of the yellow square in 13.1, are another matter (13.10).
      """
  }
  let placed = wrong.count { judged in [SceneAspect.color, .place].allSatisfy { judged.isRight($0) == true } }
  let form = 2 * placed >= wrong.count ? ", so it is the form that fails" : ""
  return """
    The \(worst.shape) fails most often: \(percent(worst.share)) are right, of all other shapes \(percent(others)). Where one of \
    two things is a \(worst.shape), \(percent(pairShare(true))) are right, else \(percent(pairShare(false))). Of the wrong drawings \
    of one thing, \(wrong.count) in all, \(placed) have a thing of the right color at the right place\(form). Small things are \
    right in \(percent(share { $0.size == .small })), large ones in \(percent(share { $0.size == .large })).
    """
}
