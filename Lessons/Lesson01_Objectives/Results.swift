import CourseKit
import Notebook

/// A result that another lesson prints, by which an objective is met.
struct Proof {
  let objective: Int
  let result: String
  /// The lesson's section.
  let section: String
  let value: String
  /// A number of the same kind, to compare with.
  let neighbor: String
  /// What the neighbor is.
  let neighborName: String

  /// The results of the five objectives, from the expected outputs of the package that this lesson is in.
  static func all() throws -> [Proof] {
    [
      Proof(
        objective: 1, result: "pairs of pictures with both answers right", section: "8.8",
        value: try printed("08", "all", "both right"), neighbor: try printed("08", "all", "both, bag of attributes"),
        neighborName: "a model that knows which colors and shapes there are, not what belongs together"),
      Proof(
        objective: 2, result: "digits of other writers read by a ViT, mean of 3 seeds", section: "4.7",
        value: try printed("04", "ViT, mean of three seeds", "other writers"),
        neighbor: try printed("04", "logistic regression", "other writers"),
        neighborName: "a linear model on the pixels"),
      Proof(
        objective: 3, result: "recall@1 on pictures that were not trained on", section: "5.11",
        value: try printed("05", "6 × 6, mended", "recall@1 of all"),
        neighbor: try printed("05", "6 × 6, notebook's", "recall@1 of all"),
        neighborName: "the notebook's model, which has a fault"),
      Proof(
        objective: 4, result: "BLEU-4 of captions of new pictures", section: "7.7",
        value: try printed("07", "captioner, 4 beams", "BLEU-4"),
        neighbor: try printed("07", "nearest picture", "BLEU-4"),
        neighborName: "the caption of the most similar training picture"),
      Proof(
        objective: 5, result: "kinds of things named that were never trained on", section: "6.5",
        value: try printed("06", "held-out combinations", "right"),
        neighbor: try printed("06", "chance", "color right"),
        neighborName: "seeing the color and guessing the shape"),
    ]
  }

  /// The row of the table.
  var row: [Cell] {
    [.integer(objective), .text(result), .text(section), .text(value), .text(neighbor), .text(neighborName)]
  }
}

/// The ViT's accuracy on other writers' digits, seed by seed, and the linear model's, in percent, as Lesson 04 prints
/// them.
func seedsOfObjective2() throws -> (seeds: [Double], linear: Double) {
  let output = try ExpectedOutput(lesson: "04", root: PackageRoot.ofProgram())
  let seeds = try output.value("ViT, each seed, other writers").filter { !"[] ".contains($0) }.split(separator: ",")
  let linear = try output.cell("logistic regression", column: "other writers").dropLast()
  return (seeds.compactMap { Double($0) }, Double(linear) ?? 0)
}

private func printed(_ lesson: String, _ row: String, _ column: String) throws -> String {
  try ExpectedOutput(lesson: lesson, root: PackageRoot.ofProgram()).cell(row, column: column)
}
