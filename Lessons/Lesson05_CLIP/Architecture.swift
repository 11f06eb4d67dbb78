import Models
import Plots

/// The notebook's picture of CLIP: each encoder ends in an embedding, and the cosine similarity joins them.
let overview = Diagram(
  "CLIP architecture",
  [
    .parallel([
      [.input("Image"), .learned("Image Encoder", "ViT or ResNet"), .operation("Image Embed")],
      [.input("Text"), .learned("Text Encoder", "Transformer"), .operation("Text Embed")],
    ]),
    .operation("Cosine Sim"),
    .output("similarity of each image", "with each text"),
  ])

/// The two towers with the shapes between their blocks, from the model's own sizes; dropout is left out.
func towersDiagram(of model: SimpleCLIP) -> Diagram {
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
      .learned("cosines × s", "ln s is logitScale", shape: "[B, B]"),
      .output("logits"),
    ])
}
