import Notebook

/// What one training came to.
struct TrainingRun {
  /// The share of held-out digits that are right, 0 to 1.
  let score: Double
  /// The loss of each step; none for a model that is not trained in steps.
  let losses: [Float]

  /// The means of the losses of so many steps each.
  func meanLosses(over count: Int) -> [Float] {
    stride(from: 0, to: losses.count, by: count).map { losses[$0..<$0 + count].reduce(0, +) / Float(count) }
  }
}

/// The runs of several models from as many digits.
struct TrainingRuns {
  /// From how many digits, in words.
  let name: String
  /// For each seed, the run of each model.
  let seeds: [[TrainingRun]]

  /// The score of a model, seed by seed.
  private func scores(_ model: Int) -> [Double] { seeds.map { $0[model].score } }

  /// The mean score of a model over the seeds.
  func mean(_ model: Int) -> Double { scores(model).reduce(0, +) / Double(seeds.count) }

  /// How far the scores of a model lie apart from seed to seed.
  func spread(_ model: Int) -> Double { (scores(model).max() ?? 0) - (scores(model).min() ?? 0) }

  /// In how many seeds one model has a higher score than another.
  func wins(of model: Int, over other: Int) -> Int { seeds.count { $0[model].score > $0[other].score } }

  /// In how many seeds a model has a lower score than in other runs of the same seeds.
  func losses(of model: Int, against others: TrainingRuns) -> Int {
    zip(seeds, others.seeds).count { $0[model].score < $1[model].score }
  }

  /// The mean loss of a model over its last 25 steps and all seeds.
  func lastLoss(_ model: Int) -> Float {
    let last = seeds.compactMap { $0[model].meanLosses(over: 25).last }
    return last.reduce(0, +) / Float(last.count)
  }

  /// The scores of a model in words, seed by seed.
  func each(_ model: Int) -> String {
    scores(model).map { Format.percent($0, decimals: 1) }.joined(separator: " ")
  }
}

/// Prints means and seeds of all models, a column for each size of the training data.
func printScores(_ names: [String], _ runs: [TrainingRuns], file: String = #fileID, line: Int = #line) {
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
///
/// - Parameter sign: whether a positive one begins with a plus.
func points(_ difference: Double, decimals: Int = 1, sign: Bool = false) -> String {
  (sign && difference > 0 ? "+" : "") + Format.fixed(100 * difference, decimals: decimals)
}
