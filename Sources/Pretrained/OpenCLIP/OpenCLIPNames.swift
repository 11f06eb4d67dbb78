import Checkpoints
import Support

/// How open_clip names the tensors of a CLIP, and in which form it keeps them: queries, keys and values in one matrix, and
/// projections that are multiplied from the right.
enum OpenCLIPNames {
  /// The same tensors under the names and in the form of ``CLIPModel``, or of ``CLIPResNetModel``. They stay where they are in the file: a part of a
  /// matrix is a view, and so is a transposed one.
  ///
  /// - Parameter hasResNet: whether the image tower is a ResNet, whose tensors keep their names and forms.
  /// - Throws: `DataError` for a tensor that does not consist of the parts that its name says.
  static func converted(_ checkpoint: Checkpoint, hasResNet: Bool) throws -> Checkpoint {
    try checkpoint.rearranged { name, entry in
      // The class with a text tower of its own keeps that one's tensors together.
      let name = name.hasPrefix("text.") ? String(name.dropFirst("text.".count)) : name
      if hasResNet, name.hasPrefix("visual.") { return [("vision_model." + name.dropFirst("visual.".count), entry)] }
      switch name {
      case "visual.proj": return [("visual_projection.weight", try transposed(entry))]
      case "text_projection": return [("text_projection.weight", try transposed(entry))]
      case "logit_scale": return [(name, entry.asNumber ?? entry)]
      default: break
      }
      if let whole = wholes[name] { return [(whole, entry)] }
      if let block = block(name, in: "visual.transformer.resblocks.", "vision_model.encoder.layers.") {
        return try parts(entry, of: block)
      }
      if let block = block(name, in: "transformer.resblocks.", "text_model.encoder.layers.") {
        return try parts(entry, of: block)
      }
      for (theirs, ours) in prefixes where name.hasPrefix(theirs) {
        return [(ours + name.dropFirst(theirs.count), entry)]
      }
      return [(name, entry)]
    }
  }

  private static let wholes = [
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
  ]

  private static let prefixes = [
    ("ln_final.", "text_model.final_layer_norm."), ("visual.ln_pre.", "vision_model.pre_layrnorm."),
    ("visual.ln_post.", "vision_model.post_layernorm."),
  ]

  /// The parts of a block, by their names within it.
  private static let blockParts = [
    "ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj", "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
  ]

  /// Where a tensor of a block belongs, and its name within the block.
  private static func block(_ name: String, in theirs: String, _ ours: String) -> (prefix: String, rest: String)? {
    guard name.hasPrefix(theirs) else { return nil }
    let tail = name.dropFirst(theirs.count)
    guard let dot = tail.firstIndex(of: ".") else { return nil }
    return (ours + tail[...dot], String(tail[tail.index(after: dot)...]))
  }

  private static func parts(
    _ entry: TensorEntry, of block: (prefix: String, rest: String)
  ) throws -> [(String, TensorEntry)] {
    let kinds = ["attn.in_proj_weight": "weight", "attn.in_proj_bias": "bias"]
    if let kind = kinds[block.rest] {
      guard let thirds = entry.split(into: 3) else {
        throw DataError(
          .mismatch, file: entry.file.path, place: quoted(entry.name),
          reason: "has the shape \(shapeText(entry.shape)), which is not that of queries, keys and values")
      }
      return zip(["q_proj", "k_proj", "v_proj"], thirds).map { ("\(block.prefix)self_attn.\($0).\(kind)", $1) }
    }
    guard let dot = block.rest.lastIndex(of: "."), let part = blockParts[String(block.rest[..<dot])] else {
      return [(block.prefix + block.rest, entry)]
    }
    return [(block.prefix + part + block.rest[dot...], entry)]
  }

  private static func transposed(_ entry: TensorEntry) throws -> TensorEntry {
    guard let transposed = entry.transposed else {
      throw DataError(
        .mismatch, file: entry.file.path, place: quoted(entry.name),
        reason: "has the shape \(shapeText(entry.shape)), but a projection is a matrix")
    }
    return transposed
  }
}
