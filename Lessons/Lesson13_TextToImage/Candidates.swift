import Evaluation
import Images
import Notebook
import Plots

/// Several drawings of each of some captions, with what three judges say of them.
struct Candidates {
  /// How many captions of each list are drawn several times.
  nonisolated static let captionCount = 20
  /// The scores of the two models, `[candidate][caption]`.
  let clip, questions: [[Double]]
  private let judgements: [[DrawingJudgement]]

  /// The questions count; CLIPScore, which is at most 2.5, decides between drawings with as many right answers.
  var both: [[Double]] { zip(questions, clip).map { zip($0, $1).map { 1000 * $0 + $1 } } }

  /// - Parameter seed: of the first caption's first drawing; the others have seeds of their own.
  init(_ captions: some Sequence<String>, _ painter: Painter, _ judges: Judges, seed: Int, count: Int) {
    let captions = Array(captions)
    let drawings = (0..<count).map { painter(captions, seed: seed + 100_000 * $0) }
    clip = drawings.map { judges.clipScores($0, captions) }
    questions = drawings.map { judges.answered($0, captions) }
    judgements = drawings.map { judged($0, captions) }
  }

  /// The drawings that were chosen.
  ///
  /// - Parameter choice: for each caption the number of its candidate.
  private func chosen(_ choice: [Int]) -> [DrawingJudgement] {
    choice.enumerated().map { judgements[$0.element][$0.offset] }
  }

  /// The share of captions for which the chosen drawing is all right.
  func right(_ choice: [Int]) -> Double { chosen(choice).share() }

  /// The share of captions that have a drawing that is all right.
  var anyRight: Double {
    let captions = judgements[0].indices
    return Double(captions.count { caption in judgements.contains { $0[caption].isRight } }) / Double(captions.count)
  }

  /// The chosen drawings that are wrong though another one was right.
  func mistakes(_ choice: [Int]) -> [DrawingJudgement] {
    chosen(choice).enumerated().filter { caption, judgement in
      !judgement.isRight && judgements.contains { $0[caption].isRight }
    }.map(\.element)
  }
}

/// How many drawings are right for each way to choose, with each seed.
///
/// - Parameter shares: `[choice][kind of caption][seed]`.
func candidatePlot(_ names: [String], _ shares: [[[Double]]]) -> BarPlot {
  BarPlot(
    "Drawing several, keeping one", value: Axis("all right", range: 0...1, format: .percent(decimals: 0)),
    categories: names,
    series: ["one thing", "two things"].enumerated().map { kind, name in
      BarSeries(name, runs: shares.map { $0[kind] })
    })
}

/// What the choice brings.
///
/// - Parameters:
///   - shares: `[choice][kind of caption][seed]`: the first drawing, best of 2, 4, 8 by CLIPScore, of 8 by the questions, by
///     both, any.
///   - mistakes: of the choice by both, two things.
func candidateNote(_ shares: [[[Double]]], _ mistakes: [DrawingJudgement]) -> String {
  func percent(_ choice: Int, _ kind: Int) -> String { Format.percent(mean(shares[choice][kind]), decimals: 1) }
  let two = shares.map { mean($0[1]) }
  let most = (3...5).max { two[$0] < two[$1] } ?? 5
  let names = zip(3...5, ["CLIPScore", "the questions", "questions and CLIPScore"]).filter { two[$0.0] == two[most] }
  let drawings = shares[0][1].count * Candidates.captionCount
  let gained = Int(((two[most] - two[0]) * Double(drawings)).rounded())
  let more = two[3] > two[1] + 0.05 ? "" : "More than two candidates do not help CLIPScore here."
  let closed = (two[most] - two[0]) / max(two[6] - two[0], 1e-9)
  let shapes = mistakes.count { $0.isRight(.shape) == false }
  let passedOver =
    mistakes.isEmpty
    ? "The choice by both never passes over a right drawing for a wrong one."
    : """
    The choice by both passes over a right drawing \(mistakes.count) times and takes one with a wrong or malformed shape in \
    \(shapes) of these: in 13.9 the two judges saw nearly all changed shapes, but these were clean.
    """
  let reached =
    mean(shares[0][0]) >= 0.9 && two[0] >= 0.6
    ? "Both goals are reached without a choice."
    : goals("the best choice of eight", mean(shares[most][0]), two[most])
  return """
    Two things: \(percent(0, 1)) of the first drawings are right, \(percent(3, 1)) of the best of eight by CLIPScore, \(percent(4, 1)) \
    by the questions, \(percent(5, 1)) by both; of the best of two by CLIPScore \(percent(1, 1)). \(more) At least one of the eight is right \
    for \(percent(6, 1)) of the captions, so the best choice of eight (\(names.map(\.1).joined(separator: "; "))) closes \
    \(Format.percent(closed, decimals: 0)) of the distance between the first drawing and a judge that never errs: a gain of \(gained) of \
    \(drawings) drawings. \(passedOver) One \
    thing: \(percent(0, 0)) of the first drawings, which are not all of 13.10, and \(percent(most, 0)) after the choice. \(reached) \
    Choosing takes eight times as long, and the model is no better for it.
    """
}
