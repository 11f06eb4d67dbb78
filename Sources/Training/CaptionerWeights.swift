import Checkpoints
import Pretrained
import Support
import Tensors

extension BLIP2VisionConfiguration {
  /// The settings of BLIP-2's image encoder that computes what a Vision Transformer with these settings does.
  init(_ vit: ViTConfiguration) {
    self.init()
    hiddenSize = vit.hiddenSize
    intermediateSize = vit.intermediateSize
    layerCount = vit.layerCount
    headCount = vit.headCount
    imageSize = vit.imageSize
    patchSize = vit.patchSize
    activation = vit.activation
    layerNormEpsilon = vit.layerNormEpsilon
    initializerRange = vit.initializerRange
    hasAttentionBias = vit.hasAttentionBias
  }
}

extension ViTEncoder {
  /// Takes over the weights of a captioner's Vision Transformer. It computes the same, under other names, and BLIP-2 has
  /// the projections of queries, keys and values in one matrix.
  ///
  /// - Throws: `DataError` for a tensor that is missing or of another shape.
  func adoptWeights(ofCaptioner checkpoint: Checkpoint) throws {
    for (name, parameter) in namedParameters() {
      let parts = try Self.names(of: name).map { try checkpoint.tensor("encoder.\($0)") }
      let value = parts.count == 1 ? parts[0] : Tensor.cat(parts, dim: 0)
      guard value.shape == parameter.shape else {
        throw DataError(
          file: checkpoint.path, reason: "has \(value.shape) for the image encoder's \(name) of \(parameter.shape)")
      }
      parameter.assign(value)
    }
  }

  /// The Vision Transformer's names for one of BLIP-2's.
  private static func names(of name: String) -> [String] {
    let parts = name.split(separator: ".").map(String.init)
    if parts.first != "encoder" {
      return [outer.reduce(name) { $0.replacing($1.own, with: $1.other) }]
    }
    let layer = "encoder.layer.\(parts[2])"
    let rest = parts.dropFirst(3).joined(separator: ".")
    if rest.hasPrefix("self_attn.qkv.") {
      let kind = parts[parts.count - 1]
      return ["query", "key", "value"].map { "\(layer).attention.attention.\($0).\(kind)" }
    }
    return ["\(layer).\(inner.reduce(rest) { $0.replacing($1.own, with: $1.other) })"]
  }

  private static let outer = [
    (own: "class_embedding", other: "cls_token"), (own: "position_embedding", other: "position_embeddings"),
    (own: "patch_embedding", other: "patch_embeddings.projection"), (own: "post_layernorm", other: "layernorm"),
  ]

  private static let inner = [
    (own: "layer_norm1", other: "layernorm_before"), (own: "layer_norm2", other: "layernorm_after"),
    (own: "self_attn.projection", other: "attention.output.dense"), (own: "mlp.fc1", other: "intermediate.dense"),
    (own: "mlp.fc2", other: "output.dense"),
  ]
}

extension ViLTForQuestionAnswering {
  /// Takes over the weights of a captioner's Vision Transformer: patch embedding, positions, and its blocks as the first
  /// blocks here, which then process words, too. (The published ViLT began with the weights of a ViT; Kim et al. 2021, section
  /// 4.2.) Blocks behind those, words and the head stay as they are.
  ///
  /// - Throws: `DataError` for a tensor that cannot be read or is of another shape.
  func adoptWeights(ofCaptioner checkpoint: Checkpoint) throws {
    let known = Set(checkpoint.names)
    for (name, parameter) in namedParameters() {
      guard name.hasPrefix("vilt.embeddings.") || name.hasPrefix("vilt.encoder.") else { continue }
      let source = "encoder.\(name.dropFirst("vilt.".count))"
      guard known.contains(source) else { continue }
      let value = try checkpoint.tensor(source)
      guard value.shape == parameter.shape else {
        throw DataError(
          file: checkpoint.path, reason: "has \(value.shape) for ViLT's \(name) of \(parameter.shape)")
      }
      parameter.assign(value)
    }
  }
}
