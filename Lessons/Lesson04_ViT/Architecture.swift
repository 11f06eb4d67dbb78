import Models
import Notebook
import Plots

/// The blocks of a model with the shapes between them, from its own sizes; dropout is left out.
func architecture(of model: VisionTransformer) -> Diagram {
  let sizes = model.configuration
  let width = sizes.embedDim
  let tokens = "[B, \(model.patchEmbed.patchCount + 1), \(width)]"
  let attention: DiagramPart = .learned(
    "MultiheadAttention", "\(sizes.headCount) heads of width \(width / sizes.headCount)")
  let middle = Int(Double(width) * sizes.mlpRatio)
  let feedForward: DiagramPart = .learned("Linear, GELU, Linear", "\(width) → \(middle) → \(width)")
  let norm: DiagramPart = .learned("LayerNorm")
  let layer: [DiagramPart] =
    sizes.normFirst
    ? [.residual([norm, attention]), .residual([norm, feedForward])]
    : [.residual([attention]), norm, .residual([feedForward]), norm]
  return Diagram(
    "VisionTransformer for B images",
    [
      .input("images", shape: "[B, \(sizes.channels), \(sizes.imageSize), \(sizes.imageSize)]"),
      .learned(
        "PatchEmbedding", "kernel = stride = \(sizes.patchSize)",
        shape: "[B, \(model.patchEmbed.patchCount), \(width)]"),
      .learned("[CLS] in front, + positions", shape: tokens),
      .group("TransformerEncoderLayer", times: sizes.depth, layer),
      .operation("token 0, [CLS]", shape: "[B, \(width)]"),
      .learned("LayerNorm, Linear", "norm and head", shape: "[B, \(sizes.classCount)]"),
      .output("class scores"),
    ])
}

/// Where the parameters of ViT-Base are: each part with its number and share.
func partRows(_ model: VisionTransformer) -> [[Cell]] {
  [
    ("patch embedding", "patch_embed"), ("[CLS] token", "cls_token"), ("positions", "pos_embed"),
    ("one encoder layer", "transformer.layers.0."), ("all 12 layers", "transformer"), ("final norm", "norm"),
    ("head", "head"),
  ].map { name, prefix in
    let size = model.parameterCount(under: prefix)
    return [.text(name), .integer(size), .percent(Double(size) / Double(model.parameterCount))]
  }
}
