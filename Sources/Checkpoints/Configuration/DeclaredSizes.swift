/// A size that `config.json` declares, and the tensor of the checkpoint that has it too.
struct DeclaredSize {
  /// The key path in `config.json`.
  let key: String
  /// What it says, where it is not the size itself.
  let says: String?
  /// The size that follows from it.
  let size: Int
  /// The tensor's name; of layers, what their tensors' names begin with.
  let tensor: String
  /// Which dimension has the size; `nil` for the number of layers.
  let dimension: Int?

  /// A dimension of a tensor.
  init(_ key: String, _ size: Int, _ tensor: String, _ dimension: Int, says: String? = nil) {
    self.key = key
    self.says = says
    self.size = size
    self.tensor = tensor
    self.dimension = dimension
  }

  /// A number of layers, whose tensors' names begin with `layers` and a number.
  init(_ key: String, _ count: Int, layers: String) {
    self.key = key
    says = nil
    size = count
    tensor = layers
    dimension = nil
  }
}

extension ModelConfiguration {
  /// Compares the sizes in `config.json` with the shapes in a checkpoint.
  ///
  /// A model is made from its settings, so an absurd size would ask for absurd memory; whoever loads one compares
  /// before.
  ///
  /// - Parameter file: the path of `config.json`, for messages.
  /// - Throws: ``CheckpointError`` that names file, key, size, tensor and shape, or a tensor that is missing.
  public func requireFit(_ checkpoint: Checkpoint, file: String) throws {
    for declared in declaredSizes {
      let says = declared.says ?? "\(declared.size)"
      guard let dimension = declared.dimension else {
        let count = checkpoint.layerCount(declared.tensor)
        guard declared.size <= count else {
          throw CheckpointError(
            .mismatch, file: file, place: declared.key,
            reason: "is \(says), but \(checkpoint.path) has \(count) layers \(quoted(declared.tensor + "…"))")
        }
        continue
      }
      guard let entry = checkpoint[declared.tensor] else {
        throw CheckpointError(
          .notFound, file: checkpoint.path, reason: "lacks \(quoted(declared.tensor)), which a \(modelType) model needs"
        )
      }
      guard entry.shape.indices.contains(dimension), entry.shape[dimension] == declared.size else {
        throw CheckpointError(
          .mismatch, file: file, place: declared.key,
          reason:
            "is \(says), but \(quoted(declared.tensor)) in \(entry.file.path) has the shape \(shapeText(entry.shape))")
      }
    }
  }

  private var declaredSizes: [DeclaredSize] {
    switch self {
    case .clip(let settings): settings.declaredSizes
    case .visionEncoderDecoder(let settings):
      settings.encoder.declaredSizes("encoder.", keys: "encoder.")
        + settings.decoder.declaredSizes("decoder.", keys: "decoder.")
    case .vilt(let settings): settings.declaredSizes
    case .blip2(let settings): settings.declaredSizes
    case .vit(let settings): settings.declaredSizes("", keys: "")
    case .gpt2(let settings): settings.declaredSizes("", keys: "")
    case .opt(let settings): settings.declaredSizes("", keys: "")
    }
  }
}

extension Checkpoint {
  /// The number behind the highest one that follows `prefix` in a name.
  fileprivate func layerCount(_ prefix: String) -> Int {
    names.reduce(0) { count, name in
      guard name.hasPrefix(prefix), let index = Int(name.dropFirst(prefix.count).prefix { $0.isNumber }) else {
        return count
      }
      return max(count, index + 1)
    }
  }
}

/// The sizes of a patch projection's weight `[width, channels, height, width of a patch]`.
private func projection(
  _ tensor: String, width: Int, channels: (key: String, count: Int)?, patch: Extent, keys: String
) -> [DeclaredSize] {
  let says = patch.height == patch.width ? "\(patch.height)" : "[\(patch.height), \(patch.width)]"
  return [
    DeclaredSize(keys + "hidden_size", width, tensor, 0),
    DeclaredSize(keys + "patch_size", patch.height, tensor, 2, says: says),
    DeclaredSize(keys + "patch_size", patch.width, tensor, 3, says: says),
  ] + (channels.map { [DeclaredSize(keys + $0.key, $0.count, tensor, 1)] } ?? [])
}

/// The number of positions that follows from the sizes of image and patch.
private func positions(_ tensor: String, _ dimension: Int, image: Extent, patch: Extent, keys: String) -> DeclaredSize {
  let count = (image.height / patch.height) * (image.width / patch.width) + 1
  let side = image.height == image.width ? "\(image.height)" : "[\(image.height), \(image.width)]"
  return DeclaredSize(keys + "image_size", count, tensor, dimension, says: "\(side), which makes \(count) positions")
}

extension CLIPConfiguration {
  fileprivate var declaredSizes: [DeclaredSize] {
    let table = "text_model.embeddings.token_embedding.weight"
    let places = "vision_model.embeddings.position_embedding.weight"
    return [
      DeclaredSize("text_config.vocab_size", text.vocabularySize, table, 0),
      DeclaredSize("text_config.hidden_size", text.hiddenSize, table, 1),
      DeclaredSize(
        "text_config.max_position_embeddings", text.positionCount, "text_model.embeddings.position_embedding.weight", 0),
      DeclaredSize("text_config.num_hidden_layers", text.layerCount, layers: "text_model.encoder.layers."),
      DeclaredSize(
        "text_config.intermediate_size", text.intermediateSize, "text_model.encoder.layers.0.mlp.fc1.weight", 0),
      DeclaredSize("vision_config.num_hidden_layers", vision.layerCount, layers: "vision_model.encoder.layers."),
      DeclaredSize(
        "vision_config.intermediate_size", vision.intermediateSize, "vision_model.encoder.layers.0.mlp.fc1.weight", 0),
      DeclaredSize("projection_dim", projectionSize, "visual_projection.weight", 0),
    ]
      + projection(
        "vision_model.embeddings.patch_embedding.weight", width: vision.hiddenSize,
        channels: ("num_channels", vision.channelCount), patch: vision.patchSize, keys: "vision_config.")
      + [positions(places, 0, image: vision.imageSize, patch: vision.patchSize, keys: "vision_config.")]
  }
}

extension ViTConfiguration {
  fileprivate func declaredSizes(_ prefix: String, keys: String) -> [DeclaredSize] {
    [
      DeclaredSize(keys + "num_hidden_layers", layerCount, layers: prefix + "encoder.layer."),
      DeclaredSize(
        keys + "intermediate_size", intermediateSize, prefix + "encoder.layer.0.intermediate.dense.weight", 0),
    ]
      + projection(
        prefix + "embeddings.patch_embeddings.projection.weight", width: hiddenSize,
        channels: ("num_channels", channelCount), patch: patchSize, keys: keys)
      + [positions(prefix + "embeddings.position_embeddings", 1, image: imageSize, patch: patchSize, keys: keys)]
  }
}

extension GPT2Configuration {
  fileprivate func declaredSizes(_ prefix: String, keys: String) -> [DeclaredSize] {
    let table = prefix + "transformer.wte.weight"
    return [
      DeclaredSize(keys + "vocab_size", vocabularySize, table, 0),
      DeclaredSize(keys + "n_embd", hiddenSize, table, 1),
      DeclaredSize(keys + "n_positions", positionCount, prefix + "transformer.wpe.weight", 0),
      DeclaredSize(keys + "n_layer", layerCount, layers: prefix + "transformer.h."),
      DeclaredSize(
        keys + "n_inner", intermediateSize, prefix + "transformer.h.0.mlp.c_fc.weight", 1,
        says: innerSize == nil ? "null, which makes \(intermediateSize)" : nil),
    ]
  }
}

extension ViLTConfiguration {
  fileprivate var declaredSizes: [DeclaredSize] {
    let texts = "vilt.embeddings.text_embeddings."
    return [
      DeclaredSize("vocab_size", vocabularySize, texts + "word_embeddings.weight", 0),
      DeclaredSize("max_position_embeddings", positionCount, texts + "position_embeddings.weight", 0),
      DeclaredSize("type_vocab_size", segmentCount, texts + "token_type_embeddings.weight", 0),
      DeclaredSize("modality_type_vocab_size", modalityCount, "vilt.embeddings.token_type_embeddings.weight", 0),
      DeclaredSize("num_hidden_layers", layerCount, layers: "vilt.encoder.layer."),
      DeclaredSize("intermediate_size", intermediateSize, "vilt.encoder.layer.0.intermediate.dense.weight", 0),
      DeclaredSize("id2label", labels.count, "classifier.3.weight", 0, says: "of \(labels.count) labels"),
    ]
      + projection(
        "vilt.embeddings.patch_embeddings.projection.weight", width: hiddenSize,
        channels: ("num_channels", channelCount), patch: patchSize, keys: "")
      + [positions("vilt.embeddings.position_embeddings", 1, image: imageSize, patch: patchSize, keys: "")]
  }
}

extension OPTConfiguration {
  fileprivate func declaredSizes(_ prefix: String, keys: String) -> [DeclaredSize] {
    let decoder = prefix + "model.decoder."
    return [
      DeclaredSize(keys + "vocab_size", vocabularySize, decoder + "embed_tokens.weight", 0),
      DeclaredSize(keys + "word_embed_proj_dim", embeddingSize, decoder + "embed_tokens.weight", 1),
      DeclaredSize(
        keys + "max_position_embeddings", positionCount + 2, decoder + "embed_positions.weight", 0,
        says: "\(positionCount), which makes \(positionCount + 2) rows"),
      DeclaredSize(keys + "num_hidden_layers", layerCount, layers: decoder + "layers."),
      DeclaredSize(keys + "ffn_dim", intermediateSize, decoder + "layers.0.fc1.weight", 0),
      DeclaredSize(keys + "hidden_size", hiddenSize, decoder + "layers.0.fc1.weight", 1),
    ]
  }
}

extension BLIP2Configuration {
  fileprivate var declaredSizes: [DeclaredSize] {
    let former = "qformer.encoder.layer."
    let eye = "vision_model."
    return text.declaredSizes("language_model.", keys: "text_config.") + [
      DeclaredSize("num_query_tokens", queryCount, "query_tokens", 1),
      DeclaredSize("qformer_config.hidden_size", queryTransformer.hiddenSize, "query_tokens", 2),
      DeclaredSize("qformer_config.num_hidden_layers", queryTransformer.layerCount, layers: former),
      DeclaredSize(
        "qformer_config.intermediate_size", queryTransformer.intermediateSize,
        former + "0.intermediate_query.dense.weight",
        0),
      DeclaredSize("vision_config.num_hidden_layers", vision.layerCount, layers: eye + "encoder.layers."),
      DeclaredSize(
        "vision_config.intermediate_size", vision.intermediateSize, eye + "encoder.layers.0.mlp.fc1.weight", 0),
    ]
      + projection(
        eye + "embeddings.patch_embedding.weight", width: vision.hiddenSize, channels: nil, patch: vision.patchSize,
        keys: "vision_config.")
      + [
        positions(
          eye + "embeddings.position_embedding", 1, image: vision.imageSize, patch: vision.patchSize,
          keys: "vision_config."
        )
      ]
  }
}
