import Checkpoints
import Datasets
import Evaluation
import Notebook
import Plots
import Pretrained
import Tensors

/// An image encoder beside a decoder that attends to it in every block, with their sizes.
///
/// - Parameter imageTokens: how many tokens the encoder makes of a picture.
func captionerDiagram(_ settings: VisionEncoderDecoderConfiguration, imageTokens: Int) -> Diagram {
  let (encoder, decoder) = (settings.encoder, settings.decoder)
  return Diagram(
    "The captioner: one step of writing",
    [
      .parallel([
        [
          .input("picture", shape: "[1, 3, \(encoder.imageSize.height), \(encoder.imageSize.width)]"),
          .learned("ViT encoder", "\(encoder.layerCount) blocks", shape: "[1, \(imageTokens), \(encoder.hiddenSize)]"),
          .output("image features"),
        ],
        [
          .input("T tokens so far"), .learned("embedding + position", shape: "[1, T, \(decoder.hiddenSize)]"),
          .group(
            "block", times: decoder.layerCount,
            [
              .residual([.learned("norm, causal attention")]), .residual([.learned("norm, cross-attention")]),
              .residual([.learned("norm, feed-forward")]),
            ]),
          .learned("norm, output layer", shape: "[1, T, \(decoder.vocabularySize)]"),
          .output("next token", "softmax of the last row"),
        ],
      ])
    ], links: [DiagramLink(from: "image features", to: "norm, cross-attention", "K, V")])
}

/// One block of the decoder with its shapes, and the picture's tokens beside it.
///
/// - Parameter imageTokens: how many tokens the encoder makes of a picture.
func blockDiagram(_ settings: GPT2Configuration, imageTokens: Int) -> Diagram {
  let (width, heads) = (
    settings.hiddenSize, "\(settings.headCount) heads of \(settings.hiddenSize / settings.headCount)"
  )
  return Diagram(
    "One block of the decoder",
    [
      .parallel([
        [
          .input("picture's tokens Z", "the encoder's output"),
          .learned("to keys and values", "[\(imageTokens), \(width)] each"),
        ],
        [
          .input("words' vectors X", shape: "[T, \(width)]"),
          .residual([.learned("norm 1"), .learned("causal attention", heads)]),
          .residual([.learned("norm of cross-attention"), .learned("cross-attention", heads)]),
          .residual([
            .learned("norm 2"),
            .learned("feed-forward", "\(width) → \(settings.intermediateSize) → GELU → \(width)"),
          ]),
          .output("words' vectors", "[T, \(width)]"),
        ],
      ])
    ], links: [DiagramLink(from: "to keys and values", to: "cross-attention", "K, V")])
}

/// The tree of all texts of a language model that is a table; what a search keeps has thick frames.
///
/// - Parameters:
///   - language: for each beginning the words that may follow, with their probabilities; after all others the text ends.
///   - kept: the beginnings that a search keeps.
func beamTree(_ language: [String: [String: Double]], kept: [String]) -> Diagram {
  /// The chain that begins with a word behind a beginning.
  func chain(_ beginning: String, _ word: String, _ probability: Double) -> [DiagramPart] {
    let text = beginning.isEmpty ? word : "\(beginning) \(word)"
    let note = Format.fixed(probability, decimals: 3)
    let box: DiagramPart = kept.contains(text) ? .learned(word, note) : .input(word, note)
    if word == "⏎" { return [box] }
    return [box] + branches(text, probability)
  }
  func branches(_ beginning: String, _ probability: Double) -> [DiagramPart] {
    let next = language[beginning] ?? ["⏎": 1]
    let words = next.keys.sorted { (next[$1] ?? 0, $0) < (next[$0] ?? 0, $1) }
    let chains = words.map { chain(beginning, $0, probability * (next[$0] ?? 0)) }
    return chains.count == 1 ? chains[0] : [.parallel(chains)]
  }
  return Diagram("All texts of the small model, with their probabilities", [.input("start")] + branches("", 1))
}

/// The loss of a training run, that of held-out captions beside own and other pictures, and what is known without any.
func trainingPlot(
  _ losses: [Float], _ measured: [Measurement], _ countedLoss: Float, _ vocabulary: Int
) -> LinePlot {
  LinePlot(
    "The first steps of training a captioner", x: "step", y: Axis("loss (nats a token)", including: 0),
    series: [
      LineSeries("training", y: losses, from: 1),
      LineSeries("held out, own pictures", x: measured.map(\.step), y: measured.map(\.own)),
      LineSeries("held out, other pictures", x: measured.map(\.step), y: measured.map(\.other)),
    ],
    references: [
      .horizontal(at: Double(countedLoss), "words counted"),
      .horizontal(at: ElementaryDouble.log(Double(vocabulary)), "guessing evenly"),
    ])
}

/// The probabilities of six words at several temperatures.
func temperaturePlot(_ shaped: [(name: String, chances: [Float])]) -> BarPlot {
  BarPlot(
    "Six words at three temperatures", value: Axis("probability", format: .percent(decimals: 1)),
    categories: (1...6).map { "word \($0)" },
    series: shaped.map { BarSeries($0.name, $0.chances.map(Double.init)) })
}

/// The loss of each word of a caption beside pictures, and without any.
///
/// - Parameters:
///   - words: of the caption, with its end.
///   - rows: for each way to read it the probability of each word.
func wordLossPlot(_ words: [String], _ rows: [(name: String, probabilities: [Double])]) -> HeatMapPlot {
  HeatMapPlot(
    "The loss of each word", rows: rows.map(\.name), columns: words,
    values: rows.map { row in
      row.probabilities.map { -ElementaryDouble.log(max($0, Double(Float.leastNormalMagnitude))) }
    },
    rowTitle: "read beside", columnTitle: "the words of the caption", scaleTitle: "loss (nats)", range: 0...6,
    decimals: 1, width: 900)
}

/// The token of which a model is least sure while it writes a caption.
struct Branching {
  private let captioner: Captioner
  /// What is written before it.
  let beginning: [Int]
  /// The scores of all tokens at that place, `[V]`.
  private let logits: Tensor

  /// - Parameter ids: a caption's tokens.
  init(_ captioner: Captioner, _ ids: [Int], _ picture: Tensor) {
    let probabilities = captioner.probabilities(ids, picture)  // [T + 1, V]
    let chosen = ids.indices.map { probabilities[$0][ids[$0]].item }
    let place = chosen.indices.min { chosen[$0] < chosen[$1] } ?? 0
    self.captioner = captioner
    beginning = Array(ids[..<place])
    logits = noGrad {
      captioner.task.model(picture, captions: IntTensor([[captioner.bound] + ids[..<place]]))[0][place]
    }
  }

  /// The likeliest tokens at several temperatures, and all others together.
  func plot(count: Int, temperatures: [Float]) -> BarPlot {
    let scores = logits.scalars
    let best = Array(scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(count))
    let series = temperatures.map { temperature in
      let probabilities = (logits * (1 / temperature)).softmax(dim: 0).scalars
      let shown = best.map { Double(probabilities[$0]) }
      return BarSeries(
        "τ = \(Format.significant(Double(temperature), digits: 2))", shown + [max(1 - shown.reduce(0, +), 0)])
    }
    let words = beginning.map(captioner.word).joined(separator: " ")
    return BarPlot(
      "The next token after \"\(words)\"", value: Axis("probability", format: .percent(decimals: 1)),
      categories: best.map(captioner.word) + ["all \(scores.count - count) others"], series: series)
  }
}

/// How the log-probability of captions falls from token to token: a curve for each.
func beamPlot(_ captioner: Captioner, _ beams: [Captioning.Caption], _ picture: Tensor) -> LinePlot {
  let curves = beams.enumerated().map { rank, caption -> LineSeries in
    let written = Array(caption.ids.dropFirst())  // with the token that ends the caption
    let probabilities = captioner.probabilities(written.dropLast(), picture)  // [n, V]
    var sums = [0.0]
    for (place, token) in written.enumerated() {
      sums.append(sums[place] + ElementaryDouble.log(Double(probabilities[place][token].item)))
    }
    return LineSeries("\(rank + 1)", y: sums)
  }
  return LinePlot(
    "The six beams, token by token", x: "tokens written", y: "log p of all tokens so far", series: curves, height: 420)
}

/// The work for captions of one to a thousand tokens, with a cache and without.
func costPlot(_ cost: DecodingCost, _ name: String) -> LinePlot {
  let lengths = [1, 2, 4, 8, 16, 32, 64, 125, 250, 500, 1000]
  func billions(_ work: (Int) -> Int) -> [Double] { lengths.map { Double(work($0)) / 1e9 } }
  return LinePlot(
    "The work for one caption in \(name)", x: .logarithmic("tokens"),
    y: .logarithmic("multiplications (billions)", format: .decimals(0)),
    series: [
      LineSeries("without cache", x: lengths, y: billions(cost.rereading)),
      LineSeries("with cache", x: lengths, y: billions(cost.cached)),
    ])
}

/// Exact captions and two BLEU scores for each method, with a ring for each list of captions.
func scorePlot(_ split: SceneSplit, _ names: [String], _ said: [[[String]]], _ wanted: [[String]]) -> BarPlot {
  func runs(_ score: ([String], [String]) -> Double) -> [[Double]] {
    said.map { lists in zip(lists, wanted).map(score) }
  }
  return BarPlot(
    "How well captions match the reference, \(split)", value: Axis("score", range: 0...1, format: .decimals(3)),
    categories: names,
    series: [
      BarSeries("exact", runs: runs { exactMatch($0, references: $1) }),
      BarSeries("BLEU-1", runs: runs { BLEU($0, references: $1).score(1) }),
      BarSeries("BLEU-4", runs: runs { BLEU($0, references: $1).score(4) }),
    ])
}
