import Notebook

/// The scores of several models from as many digits, a list of scores for each seed.
struct Runs {
  /// From how many digits, in words.
  let name: String
  /// For each seed, the score of each model, 0 to 1.
  let scores: [[Double]]

  /// The mean score of a model over the seeds.
  func mean(_ model: Int) -> Double { scores.reduce(0) { $0 + $1[model] } / Double(scores.count) }

  /// How far the scores of a model lie apart from seed to seed.
  func spread(_ model: Int) -> Double { (scores.map { $0[model] }.max() ?? 0) - (scores.map { $0[model] }.min() ?? 0) }

  /// The scores of a model, seed by seed.
  func each(_ model: Int) -> String {
    scores.map { Format.percent($0[model], decimals: 1) }.joined(separator: " ")
  }
}

/// Prints means and seeds of all models, a column for each size of the training data.
func printScores(_ names: [String], _ runs: [Runs], file: String = #fileID, line: Int = #line) {
  let header = ["accuracy on held-out digits"] + runs.map(\.name)
  table(
    header, names.enumerated().map { model, name in [.text(name)] + runs.map { .percent($0.mean(model)) } }, file: file,
    line: line)
  table(
    ["each seed"] + runs.map(\.name),
    names.enumerated().map { model, name in [.text(name)] + runs.map { .text($0.each(model)) } },
    file: file, line: line)
}

/// A difference of shares in percentage points.
func points(_ difference: Double, decimals: Int = 1) -> String { Format.fixed(100 * difference, decimals: decimals) }
