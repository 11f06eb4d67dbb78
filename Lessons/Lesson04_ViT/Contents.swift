import Models
import Notebook

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
