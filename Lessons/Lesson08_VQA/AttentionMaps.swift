import Datasets
import Images
import Layers
import Notebook
import Plots
import Pretrained
import Tensors

/// What ViLT's `[CLS]` attends to when it is asked about one of several things.
struct AttentionMaps {
  /// Whose attention it is.
  let vilt: QuestionAnswering

  /// The parts that attention is divided into.
  static let parts = [
    "[CLS] itself", "words", "[SEP]", "extra token", "asked thing", "another thing", "rest of the picture",
  ]

  /// For each layer, how much `[CLS]` attends to each token, mean over the heads, `[T]`.
  func weights(_ question: SceneQuestion) -> [Tensor] {
    let ids = IntTensor([vilt.tokenizer.encode(question.text).ids])
    return AttentionRecorder(vilt.model, ids, Scene.tensor([question.scene])).weights.map { $0[0].mean(dim: 0)[0] }
  }

  /// For each layer, how much `[CLS]` attends to each part, means over questions; a last row for even attention.
  func shares(_ questions: [PointedQuestion]) -> [[Double]] {
    var sums: [[Double]] = []
    for question in questions {
      let layers = weights(question.question).map { $0.scalars.map(Double.init) }
      let even = [Double](repeating: 1 / Double(layers[0].count), count: layers[0].count)
      let split = (layers + [even]).map { row in
        let known = [
          [0], question.wordTokens, question.separatorToken, question.extraToken, question.askedTokens,
          question.otherTokens,
        ].map { tokens in tokens.reduce(0) { $0 + row[$1] } }
        return known + [row.reduce(0, +) - known.reduce(0, +)]
      }
      sums = sums.isEmpty ? split : zip(sums, split).map { zip($0, $1).map(+) }
    }
    return sums.map { $0.map { $0 / Double(questions.count) } }
  }

  /// Rows of a table: the shares of each layer, and those of even attention.
  static func rows(_ shares: [[Double]]) -> [[Cell]] {
    shares.indices.map { row in
      [.text(row < shares.count - 1 ? "\(row + 1)" : "even")] + shares[row].map { .percent($0, decimals: 1) }
    }
  }

  /// The shares as one bar for each layer.
  static func plot(_ shares: [[Double]]) -> BarPlot {
    BarPlot(
      "What [CLS] attends to, layer by layer", value: Axis("share of attention", format: .percent(decimals: 0)),
      categories: shares.indices.map { $0 < shares.count - 1 ? "layer \($0 + 1)" : "even" },
      series: parts.enumerated().map { part, name in BarSeries(name, shares.map { $0[part] }) }, arrangement: .stacked)
  }

  /// What `[CLS]` attends to in each layer for one question, word by word.
  func wordsPlot(_ question: SceneQuestion) -> HeatMapPlot {
    let tokens = vilt.tokenizer.encode(question.text).tokens
    let layers = weights(question)
    let values = layers.map { layer in
      let row = layer.scalars.map { 100 * Double($0) }
      return row[..<tokens.count] + [row[tokens.count...].reduce(0, +)]
    }
    return HeatMapPlot(
      question.text, rows: layers.indices.map { "layer \($0 + 1)" }, columns: tokens + ["picture"],
      values: values.map(Array.init), rowTitle: "layers", columnTitle: "what [CLS] attends to",
      scaleTitle: "share of attention (%)", range: 0...50, decimals: 0, width: 760)
  }

  /// A question's picture beside what `[CLS]` attends to in the given layer.
  func picture(_ question: SceneQuestion, layer: Int) -> Image {
    let wordCount = vilt.tokenizer.encode(question.text).ids.count
    let patches = Array(weights(question)[layer].scalars.dropFirst(wordCount + 1))
    let picture = question.scene.image().enlarged(by: 3)
    let side = PointedQuestion.side
    let seen = picture.overlaid(withHeatMap: patches, columns: side, rows: side, range: 0...0.3)
    return .grid([picture, seen], columns: 2, gap: 4)
  }
}
