import Plots

/// The four models of the notebook's table as chains, side by side.
nonisolated struct FourModels: Plot {
  let title = "Where pictures and words meet"

  private static let chains: [(name: String, parts: [DiagramPart], text: String)] = [
    (
      "ViT", [.input("picture"), .learned("transformer"), .output("class")],
      "picture → transformer → class"
    ),
    (
      "CLIP",
      [
        .parallel([[.input("picture"), .learned("image tower")], [.input("text"), .learned("text tower")]]),
        .operation("cosine"), .output("how well they fit"),
      ], "picture → image tower, text → text tower; both → cosine"
    ),
    (
      "ViLT",
      [
        .parallel([
          [.input("picture"), .learned("patch embedding")], [.input("question"), .learned("word embedding")],
        ]),
        .learned("one transformer"), .output("answer"),
      ], "patches and words of the question → one transformer → answer"
    ),
    (
      "BLIP-2",
      [
        .input("picture"), .frozen("image encoder"), .learned("Q-Former"), .frozen("language model"),
        .output("text"),
      ], "picture → frozen image encoder → Q-Former → frozen language model → text"
    ),
  ]

  private var panels: Panels { Panels(title, Self.chains.map { Diagram($0.name, $0.parts, width: 430) }) }

  /// In pixels.
  var width: Int { panels.width }

  /// The four diagrams laid out for a width, in pixels.
  func drawing(width: Int) -> Drawing { panels.drawing(width: width) }

  /// The chains in words.
  var summary: String? { panels.summary }

  /// The chains, a line each.
  var textLines: [String] {
    let widest = Self.chains.map(\.name.count).max() ?? 0
    return Self.chains.map { chain in
      chain.name + String(repeating: " ", count: widest + 2 - chain.name.count) + chain.text
    }
  }
}
