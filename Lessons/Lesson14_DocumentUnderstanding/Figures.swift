import Notebook
import Plots
import Pretrained
import Tensors

/// One step of writing: the page's encoder beside a decoder that attends to it in every block.
///
/// - Parameter imageTokens: how many tokens the encoder makes of a page.
func readerDiagram(_ settings: VisionEncoderDecoderConfiguration, imageTokens: Int) -> Diagram {
  let (encoder, decoder) = (settings.encoder, settings.decoder)
  return Diagram(
    "The reader: one step of writing",
    [
      .parallel([
        [
          .input("page", shape: "[1, 3, \(encoder.imageSize.height), \(encoder.imageSize.width)]"),
          .learned(
            "patches", "\(encoder.patchSize.height) × \(encoder.patchSize.width) pixels",
            shape: "[1, \(imageTokens), \(encoder.hiddenSize)]"),
          .learned("ViT encoder", "\(encoder.layerCount) blocks", shape: "[1, \(imageTokens), \(encoder.hiddenSize)]"),
          .output("page's vectors Z"),
        ],
        [
          .input("<fields> and T − 1 tokens"),
          .learned("embedding + position", shape: "[1, T, \(decoder.hiddenSize)]"),
          .group(
            "block", times: decoder.layerCount,
            [
              .residual([.learned("norm, causal attention")]), .residual([.learned("norm, cross-attention")]),
              .residual([.learned("norm, feed-forward")]),
            ]),
          .learned("norm, output layer", shape: "[1, T, \(decoder.vocabularySize)]"),
          .output("next character or tag"),
        ],
      ])
    ], links: [DiagramLink(from: "page's vectors Z", to: "norm, cross-attention", "K, V")])
}

/// The sizes of `microsoft/trocr-base-printed`.
let publishedTrOCR: VisionEncoderDecoderConfiguration = {
  var settings = VisionEncoderDecoderConfiguration()
  settings.encoder.imageSize = Extent(384)
  settings.encoder.hasAttentionBias = false
  var decoder = TrOCRConfiguration()
  decoder.crossAttentionSize = settings.encoder.hiddenSize
  settings.decoder = .trocr(decoder)
  return settings
}()

/// Rows of a table: the parameters of the parts of two models.
func partRows(_ ours: VisionEncoderDecoderModel, _ published: VisionEncoderDecoderModel) -> [[Cell]] {
  let parts: [(String, (VisionEncoderDecoderModel) -> Int)] = [
    ("encoder", { $0.encoder.parameterCount }), ("decoder", { $0.decoder.parameterCount }),
    ("both", { $0.parameterCount }),
  ]
  return parts.map { name, count in [.text(name), .integer(count(ours)), .integer(count(published))] }
}

/// Fields in bins of their probability: how many are right beside what the probability promises.
func calibrationRows(_ fields: [(probability: Float, isRight: Bool)]) -> [(
  low: Double, high: Double, count: Int, promised: Double, right: Double
)] {
  let bounds = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1]
  return zip(bounds, bounds.dropFirst()).compactMap { low, high in
    let inside = fields.filter { Double($0.probability) >= low && (Double($0.probability) < high || high == 1) }
    if inside.isEmpty { return nil }
    let count = Double(inside.count)
    return (
      low, high, inside.count, inside.reduce(0) { $0 + Double($1.probability) } / count,
      Double(inside.count { $0.isRight }) / count
    )
  }
}
