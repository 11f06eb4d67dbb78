import Checkpoints
import Datasets
import Images
import Plots
import Pretrained
import Tensors

/// The way of pictures and of texts to their probabilities, with the shapes that section 6.4 has.
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

/// Cosines of a picture of each kind (rows) and of a text about each (columns), color by color.
func similarityPlot(_ cosines: Tensor) -> HeatMapPlot {
  HeatMapPlot(
    "Pictures and texts of 36 kinds", values: cosines.rows, rowTitle: "picture", columnTitle: "text",
    scaleTitle: "cosine similarity", colors: .diverging, range: -1...1, decimals: nil)
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

/// Pictures of nothing: one gray each, from black to white.
func plainPictures() -> [Image] {
  stride(from: 0, through: 255, by: 15).map { level in
    let gray = UInt8(level)
    return Image(width: 32, height: 32, format: .rgb, color: Color(red: gray, green: gray, blue: gray))
  }
}

/// Pictures of nothing: each color of each pixel drawn evenly.
func noise(_ count: Int, seed: Int) -> [Image] {
  withGenerator(Generator(seed: seed)) { (0..<count).map { _ in Image(Tensor.rand([3, 32, 32])) } }
}

/// Pictures with their cosines to texts, `[pictures, texts]`, and which text is each picture's own.
struct KnownPictures {
  let cosines: Tensor
  let own: [Int]
}

/// Cosines of pictures with their own texts, with all others, and of pictures that no text is about with the nearest.
func cosineHistogram(_ known: [KnownPictures], unknown: Tensor) -> Histogram {
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
      HistogramGroup("piece of a photo, the nearest of all texts", largest(unknown)),
    ], bins: 36)
}

/// The largest number of each row.
func largest(_ rows: Tensor) -> [Float] { rows.max(dim: 1).values.scalars }

/// The largest threshold that a share of some scores reaches.
func threshold(keeping share: Double, of scores: [Float]) -> Float {
  let kept = Int((Double(scores.count) * share).rounded(.up))
  return scores.sorted(by: >)[kept - 1]
}

/// How often each text is the nearest: its column and its share of the pictures, the most frequent first.
func tally(_ cosines: Tensor) -> [(text: Int, share: Double)] {
  let nearest = cosines.argmax(dim: 1).scalars
  return (0..<cosines.shape[1]).map { text in
    (text: text, share: Double(nearest.count { $0 == text }) / Double(nearest.count))
  }.sorted { ($1.share, $0.text) < ($0.share, $1.text) }
}

/// What a linear classifier reads from few labeled digits, from image vectors and from pixels.
func probePlot(_ counts: [Int], _ vectors: [[Double]], _ pixels: [[Double]], words: Double) -> LinePlot {
  func series(_ name: String, _ shares: [[Double]]) -> LineSeries {
    LineSeries(name, x: counts, runs: shares[0].indices.map { draw in shares.map { $0[draw] } })
  }
  return LinePlot(
    "Digits read by a linear model fitted to few labels", x: .logarithmic("labeled digits of each class"),
    y: Axis("right, of 360", range: 0.5...1, format: .percent(decimals: 0)),
    series: [series("on CLIP's image vectors, 3 draws", vectors), series("on pixels, 3 draws", pixels)],
    references: [.horizontal(at: words, "ten texts, no further labels")])
}
