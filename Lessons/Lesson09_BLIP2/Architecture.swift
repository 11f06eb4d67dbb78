import Checkpoints
import Notebook
import Plots
import Pretrained

/// A BLIP-2 as a diagram, with its own sizes.
nonisolated struct Architecture: Plot {
  let title = "BLIP-2 of this lesson: a trained bridge between two frozen models"
  let settings: BLIP2Configuration
  /// The shape of the pictures that go in.
  let pixels: [Int]
  /// What comes out of the image encoder, the Q-Former and the projection.
  let encoder, queries, tokens: [Int]

  private static let crossAttention = "cross-attention"

  // MARK: Boxes and arrows

  private var diagram: Diagram {
    let link = DiagramLink(from: "image encoder", to: Self.crossAttention, Format.list(encoder))
    return Diagram(title, [.parallel([eye, bridge])], links: [link])
  }

  private var eye: [DiagramPart] {
    [
      .input("pictures", shape: Format.list(pixels)),
      .frozen("image encoder", Self.numbers(settings.parameterCounts.vision)),
    ]
  }

  private var bridge: [DiagramPart] {
    let (counts, former) = (settings.parameterCounts, settings.queryTransformer)
    let sizes = "\(former.hiddenSize) → \(former.intermediateSize) → \(former.hiddenSize)"
    return [
      .learned("queries", Self.numbers(counts.queries), shape: Format.list([1] + queries.dropFirst())),
      .group(
        "Q-Former layer", times: former.layerCount,
        [
          .residual([.learned("self-attention", "\(former.headCount) heads")]),
          .residual([.learned(Self.crossAttention, "in one layer of \(former.crossAttentionFrequency)")]),
          .residual([.learned("feed-forward", sizes)]),
        ]),
      .learned("projection", Self.numbers(counts.projection), shape: Format.list(tokens)),
      .frozen("language model", Self.numbers(counts.language)), .output("caption"),
    ]
  }

  private static func numbers(_ count: Int) -> String { "\(Format.integer(count)) numbers" }

  /// In pixels.
  var width: Int { diagram.width }

  /// The diagram laid out for a width, in pixels.
  func drawing(width: Int) -> Drawing { diagram.drawing(width: width) }

  /// The chain of boxes in words.
  var summary: String? { diagram.summary }

  // MARK: Lines

  /// The two chains, a line each: boxes would fill a terminal.
  var textLines: [String] {
    let layers = settings.queryTransformer.layerCount
    return [
      "pictures \(Format.list(pixels)) → frozen image encoder → \(Format.list(encoder)) ─┐",
      "queries \(Format.list([1] + queries.dropFirst())) → \(layers) × (self-attention → "
        + "cross-attention ←┘ → feed-forward)",
      "  → \(Format.list(queries)) → projection → \(Format.list(tokens)) → frozen language model → caption",
    ]
  }
}

/// A block of the Q-Former in stage one, as in figure 2 of the paper, with a model's sizes.
nonisolated func blockDiagram(_ settings: BLIP2Configuration, words: Int) -> Diagram {
  let former = settings.queryTransformer
  let sizes = "\(former.hiddenSize) → \(former.intermediateSize) → \(former.hiddenSize)"
  func shape(_ count: Int) -> String { "[B, \(count), \(former.hiddenSize)]" }
  let side = settings.vision.imageSize.width / settings.vision.patchSize.width
  let picture = "[B, \(1 + side * side), \(settings.vision.hiddenSize)]"
  return Diagram(
    "A block of the Q-Former",
    [
      .parallel([
        [.input("queries", shape: shape(settings.queryCount))], [.input("words", shape: shape(words))],
      ]),
      .residual([.learned("self-attention", "shared by queries and words, masked")]),
      .parallel([
        [
          .residual([.learned("cross-attention", "to the picture's tokens \(picture); in every second block")]),
          .residual([.learned("feed-forward of queries", sizes)]),
          .output("queries after the block", shape: shape(settings.queryCount)),
        ],
        [
          .residual([.learned("feed-forward of words", sizes)]),
          .output("words after the block", shape: shape(words)),
        ],
      ]),
    ])
}
