import Datasets
import Evaluation
import Notebook
import Pretrained

/// A row of a table about short trainings on one type of question: how many; the mean loss of the last 20 steps; the
/// share of right answers to 300 held-out questions; the share that a guess among the type's answers gives.
func shortRow(
  _ name: String, _ type: SceneQuestionType, _ runs: [(losses: [Float], model: ViLTForQuestionAnswering)]
) -> [Cell] {
  let last = runs.map { mean($0.losses.suffix(20).map(Double.init)) }
  let held = Scenes(split: .heldOut, seed: lesson.seed)
  let questions = (0..<300).map { held.question(at: $0, type: type) }
  let answers = Notebook.require(
    try runs.map { try VQAEvaluation(model: $0.model, tokenizer: vilt.tokenizer).answers(questions) })
  return [
    .text(name), .integer(runs.count), .fixed(mean(last), decimals: 3),
    .percent(mean(answers.map { questions.accuracy(of: $0) }), decimals: 1),
    .percent(type == .color ? 1.0 / 6 : 0.5, decimals: 1),
  ]
}
