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
    "ViLT: two embeddings, one sequence",
    [
      .parallel([
        [
          .input("question", "\(wordCount) tokens", shape: "[1, \(wordCount)]"),
          .learned("table of words", "+ place, norm, mark", shape: "[1, \(wordCount), \(width)]"),
        ],
        [
          .input("picture", "\(patchCount) patches", shape: "[1, \(patchCount), \(pixels)]"),
          .learned("linear layer", "+ extra token, place, mark", shape: "[1, \(patchCount + 1), \(width)]"),
        ],
      ]),
      .operation("one sequence", "words, then patches", shape: "[1, \(wordCount + 1 + patchCount), \(width)]"),
      .group(
        "block", times: settings.layerCount,
        [.residual([.learned("norm, attention")]), .residual([.learned("norm, feed-forward")])]),
      .learned("norm and pooler", "of [CLS] alone", shape: "[1, \(width)]"),
      .learned("classifier", "\(width) → \(2 * width) → \(settings.labels.count)"),
      .output("scores of \(settings.labels.count) answers"),
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

extension AttentionMaps {
  /// What `[CLS]` attends to in each layer, its attention in six parts: means over questions. The last row is even attention.
  func partsPlot(_ questions: [SceneQuestion]) -> BarPlot {
    let names = ["[CLS] itself", "words", "[SEP]", "asked thing", "another thing", "rest of the picture"]
    let sums = questions.compactMap { question -> [[Double]]? in
      guard let subject = question.subject, let other = question.scene.objects.first(where: { $0 != subject }) else {
        return nil
      }
      let (layers, words) = weights(question)
      let even = [Double](repeating: 1 / Double(layers[0].shape[0]), count: layers[0].shape[0])
      return (layers.map { $0.scalars.map(Double.init) } + [even]).map { row in
        let (asked, another) = (row[place(subject, words)], row[place(other, words)])
        let picture = row[words...].reduce(0, +)
        return [
          row[0], row[1..<words - 1].reduce(0, +), row[words - 1], asked, another, picture - asked - another,
        ]
      }
    }
    let rows = sums[0].indices.map { row in
      names.indices.map { part in sums.reduce(0) { $0 + $1[row][part] } / Double(sums.count) }
    }
    return BarPlot(
      "What [CLS] looks at, layer by layer", value: Axis("share of the look", format: .percent(decimals: 0)),
      categories: rows.indices.map { $0 < rows.count - 1 ? "layer \($0 + 1)" : "even look" },
      series: names.enumerated().map { part, name in BarSeries(name, rows.map { $0[part] }) }, arrangement: .stacked)
  }

  /// What `[CLS]` attends to in each layer for one question, word by word.
  func wordsPlot(_ question: SceneQuestion) -> HeatMapPlot {
    let tokens = vilt.tokenizer.encode(question.text).tokens
    let (layers, words) = weights(question)
    let values = layers.map { layer in
      let row = layer.scalars.map { 100 * Double($0) }
      return row[..<words] + [row[words...].reduce(0, +)]
    }
    return HeatMapPlot(
      question.text, rows: layers.indices.map { "layer \($0 + 1)" }, columns: tokens + ["picture"],
      values: values.map(Array.init), rowTitle: "layers", columnTitle: "what [CLS] looks at",
      scaleTitle: "share of the look (%)", range: 0...50, decimals: 0, width: 760)
  }
}
