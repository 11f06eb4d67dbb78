import Datasets
import Evaluation
import Plots

extension AnsweredQuestions {
  /// Right answers by type of question, with a ring for each list.
  func plot(_ prior: QuestionPrior) -> BarPlot {
    let types = SceneQuestionType.allCases
    func runs(_ answers: [[String]]) -> [[Double]] {
      types.map { type in zip(lists, answers).map { $0.accuracy(of: $1, type: type) } }
    }
    return BarPlot(
      "Right answers to new questions", value: Axis("accuracy", range: 0...1, format: .percent(decimals: 1)),
      categories: types.map { "\($0)" },
      series: [
        BarSeries("question only", runs: runs(lists.map { $0.map(prior.answer) })),
        BarSeries("gray picture", runs: runs(blindAnswers)), BarSeries("ViLT", runs: runs(answers)),
      ])
  }
}

/// Three parts side by side: the question alone and the model, with a ring for each list.
func generalizationPlot(_ parts: [(name: String, answered: AnsweredQuestions)], _ prior: QuestionPrior) -> BarPlot {
  BarPlot(
    "New scenes, new pairs, new wordings", value: Axis("accuracy", range: 0...1, format: .percent(decimals: 1)),
    categories: parts.map(\.name),
    series: [
      BarSeries("question only", runs: parts.map { $0.answered.lists.map { $0.accuracy(of: $0.map(prior.answer)) } }),
      BarSeries("ViLT", runs: parts.map { zip($0.answered.lists, $0.answered.answers).map { $0.accuracy(of: $1) } }),
    ])
}
