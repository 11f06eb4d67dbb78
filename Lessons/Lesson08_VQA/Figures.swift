import Checkpoints
import Datasets
import Evaluation
import Layers
import Notebook
import Plots
import Pretrained
import Tensors

/// ViLT with its sizes and the shapes of one question and one picture.
///
/// - Parameter wordCount: tokens of the question, with `[CLS]` and `[SEP]`.
func viltDiagram(_ settings: ViLTConfiguration, wordCount: Int) -> Diagram {
  let (width, size, patch) = (settings.hiddenSize, settings.imageSize, settings.patchSize)
  let patchCount = size.height / patch.height * (size.width / patch.width)
  let pixels = settings.channelCount * patch.height * patch.width
  return Diagram(
    "ViLT: two embeddings, one joint sequence",
    [
      .parallel([
        [
          .input("question", "\(wordCount) tokens", shape: "[1, \(wordCount)]"),
          .learned("table of words", "one row for each token", shape: "[1, \(wordCount), \(width)]"),
          .learned("+ place + segment", "then LayerNorm"),
          .learned("+ mark of words", shape: "[1, \(wordCount), \(width)]"),
        ],
        [
          .input("picture", "\(patchCount) patches", shape: "[1, \(patchCount), \(pixels)]"),
          .learned("linear layer", "the same for all patches", shape: "[1, \(patchCount), \(width)]"),
          .learned("extra token in front", "+ place", shape: "[1, \(patchCount + 1), \(width)]"),
          .learned("+ mark of pictures", shape: "[1, \(patchCount + 1), \(width)]"),
        ],
      ]),
      .operation(
        "joint sequence", "[CLS] words [SEP], extra token, patches",
        shape: "[1, \(wordCount + 1 + patchCount), \(width)]"),
      .group(
        "block", times: settings.layerCount,
        [
          .residual([.learned("LayerNorm"), .learned("attention", "\(settings.headCount) heads")]),
          .residual([
            .learned("LayerNorm"), .learned("feed-forward", "\(width) → \(settings.intermediateSize) → \(width)"),
          ]),
        ]),
      .operation("take [CLS]", shape: "[1, \(width)]"),
      .learned("LayerNorm"),
      .learned("pooler", "linear, tanh", shape: "[1, \(width)]"),
      .learned("classifier", "linear, LayerNorm, GELU, linear"),
      .output("scores of the answers", "[1, \(settings.labels.count)]"),
    ])
}

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
