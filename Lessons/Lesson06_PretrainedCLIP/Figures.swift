import Checkpoints
import Datasets
import Images
import Plots
import Pretrained
import Tensors

/// The way of pictures and of texts to their probabilities, with the shapes that section 6.3 has.
///
/// - Parameters:
///   - pixels: the shape of what the image processor makes of the picture.
///   - textCount: how many candidates there are.
///   - longest: tokens of the longest candidate, with the two special ones.
func pipelineDiagram(_ model: CLIPModel, pixels: [Int], textCount: Int, longest: Int) -> Diagram {
  let (settings, space) = (model.configuration, model.configuration.projectionSize)
  let (vision, text) = (settings.vision, settings.text)
  let grid = (
    rows: vision.imageSize.height / vision.patchSize.height, columns: vision.imageSize.width / vision.patchSize.width
  )
  let tokenCount = 1 + grid.rows * grid.columns
  return Diagram(
    "From a picture and texts to probabilities",
    [
      .parallel([
        [
          .input("picture"), .operation("image processor", shape: "\(pixels)"),
          .learned(
            "image tower", "\(vision.layerCount) blocks, \(tokenCount) tokens", shape: "[1, \(vision.hiddenSize)]"),
          .learned("visual projection", "\(vision.hiddenSize) → \(space), to length 1"),
        ],
        [
          .input("\(textCount) texts"), .operation("tokenizer", shape: "[\(textCount), \(longest)]"),
          .learned(
            "text tower", "\(text.layerCount) blocks, \(longest) tokens", shape: "[\(textCount), \(text.hiddenSize)]"),
          .learned("text projection", "\(text.hiddenSize) → \(space), to length 1"),
        ],
      ]),
      .operation("cosines", "dot products", shape: "[1, \(textCount)]"),
      .output("probabilities", "softmax(scale × cosines)"),
    ])
}

/// What softmax makes of the same cosines at several scales: a group of bars for each text.
///
/// - Parameter cosines: of one picture and all texts, `[1, texts]`.
func scalePlot(_ texts: [String], _ cosines: Tensor, scales: [(name: String, value: Float)]) -> BarPlot {
  BarPlot(
    "One picture, one set of cosines, three scales", value: Axis("probability", format: .percent(decimals: 1)),
    categories: texts.map { $0.replacing("a photo of a ", with: "") },
    series: scales.map { BarSeries("s = \($0.name)", (cosines * $0.value).softmax(dim: 1).scalars) })
}

/// How often each digit is taken for each.
func confusionPlot(_ labels: [Int], _ guesses: [Int]) -> HeatMapPlot {
  var counts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 10)
  for (label, guess) in zip(labels, guesses) { counts[label][guess] += 1 }
  let largest = (0..<10).flatMap { row in (0..<10).filter { $0 != row }.map { counts[row][$0] } }.max() ?? 0
  let names = (0..<10).map { "\($0)" }
  return HeatMapPlot(
    "What digits are taken for", rows: names, columns: names, values: counts, rowTitle: "the digit",
    columnTitle: "what it is taken for", scaleTitle: "pictures (the color scale ends at \(largest + 2))",
    range: 0...Double(largest + 2), decimals: 0)
}

/// Squares of photographs of things that the model has never seen: 100 pixels wide, 50 apart.
func photoPieces() throws -> [Image] {
  let (side, step) = (100, 50)
  return try [Photos.cat, Photos.coffee, Photos.astronaut].flatMap { photo in
    stride(from: 0, through: photo.height - side, by: step).flatMap { y in
      stride(from: 0, through: photo.width - side, by: step).map { x in
        photo.cropped(to: Rectangle(x: x, y: y, width: side, height: side))
      }
    }
  }
}

/// Cosines of pictures with their own texts, with all others, and of pictures that no text is about with the nearest.
///
/// - Parameters:
///   - known: cosines of pictures and texts, `[pictures, texts]`, with the column of each picture's own text.
///   - unknown: cosines of other pictures and texts, `[pictures, texts]`.
///   - marks: pictures of one color with the cosine of their nearest text.
func cosineHistogram(
  _ known: [(cosines: Tensor, own: [Int])], unknown: Tensor, marks: [(name: String, cosine: Float)]
) -> Histogram {
  var (own, other): ([Float], [Float]) = ([], [])
  for part in known {
    for (row, column) in zip(part.cosines.rows, part.own) {
      own.append(row[column])
      other += row[..<column] + row[(column + 1)...]
    }
  }
  return Histogram(
    "Does the cosine tell whether a text is true?", x: "cosine of picture and text",
    groups: [
      HistogramGroup("known picture, its own text", own), HistogramGroup("known picture, another text", other),
      HistogramGroup("piece of a photo, the nearest of all texts", unknown.max(dim: 1).values.scalars),
    ], bins: 36, references: marks.map { .vertical(at: $0.cosine, $0.name) })
}
