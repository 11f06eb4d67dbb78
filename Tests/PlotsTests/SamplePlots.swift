import Images
import Plots

/// A plot of each kind, as `docs/plots.md` shows them.
enum SamplePlots {
  static let all: [(name: String, plot: any Plot)] = [
    ("loss", loss), ("activations", activations), ("bars", bars), ("grouped-bars", groupedBars), ("stack", stack),
    ("scatter", scatter), ("heat-map", heatMap), ("difference", difference), ("histogram", histogram),
    ("digits", digits), ("encoder", encoder), ("captioner", captioner), ("panels", panels),
  ]

  /// Numbers that look like noise and are the same everywhere.
  static func noise(_ count: Int, seed: UInt64) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) - 0.5
    }
  }

  static let steps = Array(stride(from: 0, through: 600, by: 50))

  static func lossCurve(_ seed: UInt64) -> [Double] {
    noise(601, seed: seed).enumerated().map { step, noise -> Double in
      let time = Double(step)
      return 0.15 + 2.15 / (1 + time / 60) + noise * 0.3 / (1 + time / 200)
    }
  }

  static var loss: LinePlot {
    let runs = [0.01, 0.05, 0.12].map { slope in
      steps.map { step -> Double in
        let time = Double(step)
        return 0.35 + 1.95 / (1 + time / 80) + slope * time / 600
      }
    }
    return LinePlot(
      "Loss while the model learns", x: "step", y: Axis("cross-entropy (nats)", including: 0),
      series: [
        LineSeries("training", y: lossCurve(7)).smoothed(over: 25, band: true),
        LineSeries("held out, 3 seeds", x: steps, runs: runs),
      ],
      references: [.horizontal(at: 2.3026, "chance, ln 10"), .vertical(at: 400, "rate falls")])
  }

  static var activations: LinePlot {
    LinePlot(
      "Two functions between layers", x: "input", y: "output",
      series: [
        LineSeries("ReLU", over: -3...3) { max($0, 0) },
        LineSeries("x / (1 + |x|)", over: -3...3) { $0 / (1 + $0.magnitude) },
      ], height: 320)
  }

  static var bars: BarPlot {
    BarPlot(
      "Accuracy on held-out digits", value: Axis("accuracy", range: 0...1, format: .percent(decimals: 1)),
      bars: [
        Bar("nearest class mean", 0.894), Bar("logistic regression", 0.967),
        Bar("tiny ViT", runs: [0.941, 0.950, 0.956]),
        Bar("tiny ViT without positions", runs: [0.78, 0.81, 0.82]),
      ], reference: .vertical(at: 0.1, "chance"))
  }

  static var groupedBars: BarPlot {
    BarPlot(
      "Recall in both directions", value: Axis("recall@1", format: .percent(decimals: 0)),
      categories: ["picture to text", "text to picture"],
      series: [
        BarSeries("untrained", [0.02, 0.03]), BarSeries("as written", [0.36, 0.39]), BarSeries("mended", [0.98, 1.0]),
      ])
  }

  static var stack: BarPlot {
    BarPlot(
      "Where the parameters of ViT-B are", value: "parameters (millions)",
      categories: ["embedding", "12 blocks", "head"],
      series: [
        BarSeries("attention", [0.0, 28.3, 0.0]), BarSeries("MLP", [0.0, 56.7, 0.0]),
        BarSeries("other", [0.8, 0.1, 0.8]),
      ],
      arrangement: .stacked)
  }

  static var scatter: ScatterPlot {
    let x = noise(12, seed: 3)
    let y = noise(12, seed: 4)
    return ScatterPlot(
      "Pictures and captions in one space", x: "first component", y: "second component",
      groups: [
        ScatterGroup("pictures", x: x, y: y),
        ScatterGroup(
          "captions", x: x.map { $0 * 0.8 + 0.1 }, y: y.map { $0 * 0.9 - 0.1 },
          labels: (0..<12).map { $0 < 4 ? ["red circle", "blue star", "cat <3", "green square"][$0] : "" }),
      ],
      arrows: x.indices.map { ScatterArrow(from: (x[$0], y[$0]), to: (x[$0] * 0.8 + 0.1, y[$0] * 0.9 - 0.1)) })
  }

  static var heatMap: HeatMapPlot {
    let names = ["a red circle", "a blue star", "a green square", "an orange heart"]
    return HeatMapPlot(
      "Cosines of pictures and captions", rows: names, columns: names,
      values: [
        [0.91, 0.12, 0.20, 0.31], [0.08, 0.88, 0.15, 0.02], [0.25, 0.11, 0.93, 0.09], [0.35, -0.04, 0.07, 0.90],
      ],
      rowTitle: "picture", columnTitle: "caption", scaleTitle: "cosine similarity")
  }

  static var difference: HeatMapPlot {
    let values = (0..<20).map { row in
      (0..<20).map { column -> Double in
        let distance = Double(row - column)
        return 1 / (1 + distance * distance / 4) - 0.4
      }
    }
    return HeatMapPlot(
      "Attention from each position to the others", values: values, rowTitle: "query", columnTitle: "key",
      scaleTitle: "weight, minus the mean", colors: .diverging, decimals: nil)
  }

  static var histogram: Histogram {
    func sums(_ seed: UInt64) -> [Double] {
      zip(noise(400, seed: seed), noise(400, seed: seed + 1)).map { $0 + $1 }
    }
    return Histogram(
      "Cosines after training", x: "cosine similarity",
      groups: [
        HistogramGroup("matching pairs", sums(5).prefix(90).map { 0.75 + $0 * 0.25 }),
        HistogramGroup("other pairs", sums(9).map { 0.1 + $0 * 0.4 }),
      ], references: [.vertical(at: 0.5, "threshold")])
  }

  static var digits: ImageGridPlot {
    let images = (0..<6).map { index in
      Image(
        width: 8, height: 8, format: .gray,
        pixels: (0..<64).map { place in
          let (x, y) = (place % 8 - 4, place / 8 - 4)
          let ring = abs(x * x + y * y - 6 - index)
          return UInt8(max(255 - ring * 40, 0))
        })
    }
    return ImageGridPlot(
      "Digits that are taken for others", images: images, labels: (0..<6).map { "\($0), read as \(9 - $0)" })
  }

  static var encoder: Diagram {
    Diagram(
      "The Vision Transformer",
      [
        .input("image", shape: "[B, 3, 224, 224]"),
        .learned("patch embedding", "convolution 16×16, stride 16", shape: "[B, 197, 768] with [CLS]"),
        .group(
          "encoder block", times: 12,
          [
            .residual([.learned("LayerNorm"), .learned("self-attention", "12 heads of 64")]),
            .residual([.learned("LayerNorm"), .learned("MLP", "768 → 3072 → 768")]),
          ]),
        .operation("take [CLS]", shape: "[B, 768]"),
        .learned("linear"),
        .output("logits", "[B, 1000]"),
      ])
  }

  static var captioner: Diagram {
    Diagram(
      "A picture encoder beside a text decoder",
      [
        .parallel([
          [.input("picture"), .frozen("ViT encoder", "12 blocks"), .learned("projection")],
          [
            .input("words so far"), .learned("embedding"),
            .group(
              "decoder block", times: 6,
              [.learned("masked self-attention"), .learned("cross-attention"), .learned("MLP")]),
            .operation("softmax"), .output("next word"),
          ],
        ])
      ], links: [DiagramLink(from: "projection", to: "cross-attention", "keys, values")])
  }

  static var panels: Panels {
    let heldOut = steps.map { 2 / (1 + Double($0) / 90) }
    return Panels(
      "Twice the same training",
      [
        LinePlot(
          "Loss", x: "step", y: "loss (nats)",
          series: [LineSeries("training", y: lossCurve(1)), LineSeries("held out", x: steps, y: heldOut)],
          height: 300),
        LinePlot(
          "Learning rate", x: "step", y: .logarithmic("learning rate"),
          series: [LineSeries("warm-up, then decay", over: 1...600) { $0 < 60 ? 1e-3 * $0 / 60 : 1e-3 * 60 / $0 }],
          height: 300),
      ])
  }
}
