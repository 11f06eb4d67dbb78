import Models
import Plots

/// The two towers with the shapes between their blocks, from the model's own sizes; dropout is left out.
func towers(of model: SimpleCLIP) -> Diagram {
  let sizes = model.configuration
  let side = sizes.imageSize / sizes.patchSize
  let width = sizes.embedDim
  let encoder: DiagramPart = .learned("TransformerEncoder", "\(sizes.depth) layers, \(sizes.headCount) heads")
  func end(_ reading: String) -> [DiagramPart] {
    [
      .operation(reading, shape: "[B, \(width)]"), .learned("Linear", "\(width) → \(width)"),
      .operation("l2Normalized", shape: "[B, \(width)]"),
    ]
  }
  return Diagram(
    "SimpleCLIP for B pictures and B texts",
    [
      .parallel([
        [
          .input("pictures", shape: "[B, 3, \(sizes.imageSize), \(sizes.imageSize)]"),
          .learned("PatchEmbedding", shape: "[B, \(side * side), \(width)]"), encoder,
        ] + end("mean of all tokens"),
        [
          .input("texts", shape: "[B, \(sizes.maxSequenceLength)]"),
          .learned("Embedding + positions", shape: "[B, \(sizes.maxSequenceLength), \(width)]"), encoder,
        ] + end("first token"),
      ]),
      .learned("cosines × e^s", "s = logitScale", shape: "[B, B]"),
      .output("logits"),
    ])
}
