import CourseKit

/// What other lessons print: a number for each objective.
struct PrintedResults {
  let pairs, digits, recall, bleu, zeroShot: String
}

/// The results by which the objectives are met, from the expected outputs of the package that this lesson is in.
func printedResults() throws -> PrintedResults {
  PrintedResults(
    pairs: try printed("08", "all", "both right"),
    digits: try printed("04", "ViT, mean of three seeds", "other writers"),
    recall: try printed("05", "6 × 6, mended", "recall@1 of all"),
    bleu: try printed("07", "captioner, 4 beams", "BLEU-4"),
    zeroShot: try printed("06", "this CLIP, \"a photo of the digit _\"", "right"))
}

/// What a simpler method has in the same tables, and its name.
func printedBaselines() throws -> PrintedResults {
  PrintedResults(
    pairs: "\(try printed("08", "all", "both, question only")) by the question alone",
    digits: "\(try printed("04", "logistic regression", "other writers")) logistic regression",
    recall: "\(try printed("05", "6 × 6, notebook's", "recall@1 of all")) without positions",
    bleu: "\(try printed("07", "nearest picture", "BLEU-4")) the nearest picture's",
    zeroShot: "\(try printed("06", "logistic regression", "right")) logistic regression")
}

private func printed(_ lesson: String, _ row: String, _ column: String) throws -> String {
  try ExpectedOutput(lesson: lesson, root: PackageRoot.ofProgram()).cell(row, column: column)
}
