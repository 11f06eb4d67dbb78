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
    \(strays[1]) and \(strays[2]) drawings. A looked-up picture is never right for one thing where no training caption is the \
    same; it is right in \(Format.percent(baselines[0].share(.color) ?? 0, decimals: 1)) of the colors and \
    \(Format.percent(baselines[0].share(.place) ?? 0, decimals: 1)) of the places there. Captions of two things \
    name no fields, so that some of them are also captions of training scenes: \
    \(Format.percent(baselines[1].share(), decimals: 1)) of the looked-up pictures are right.
    """
}

/// What steps and guidance change.
func sweepNote(
  _ steps: [Int], _ stepResults: [Sweep], _ guidances: [Double], _ guidanceResults: [Sweep]
) -> String {
  let best = stepResults.map(\.share).max() ?? 0
  let enough = zip(steps, stepResults).first { $0.1.share >= best - 0.05 }?.0 ?? 0
  let bestGuidance = zip(guidances, guidanceResults).max { $0.1.share < $1.1.share } ?? (1, guidanceResults[1])
  func variance(_ index: Int) -> String {
    guidanceResults[index].variance.map { Format.fixed($0, decimals: 2) } ?? "not to be measured"
  }
  return """
    \(enough) steps are enough here: more of them gain at most 5 points of 100, and one drawing of the 30 is 3. The best guidance is \
    \(Format.fixed(bestGuidance.0, decimals: 1)), with \(Format.percent(bestGuidance.1.share, decimals: 1)) right; without guidance \
    (w = 1) it is \(Format.percent(guidanceResults[1].share, decimals: 1)), and without the text (w = 0) \
    \(Format.percent(guidanceResults[0].share, decimals: 1)). The variance of the places is \(variance(1)) at w = 1 and \
    \(variance(guidances.count - 1)) at w = \(Format.fixed(guidances[guidances.count - 1], decimals: 0)). 30 drawings of five captions \
    are few: differences of one or two drawings say nothing.
    """
}
