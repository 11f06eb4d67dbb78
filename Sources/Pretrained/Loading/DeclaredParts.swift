import Checkpoints

// Which tensors of each kind of model have which sizes.

extension ModelConfiguration {
  /// The parts whose sizes are compared with a checkpoint, so that the first difference is the setting at fault.
  var declaredParts: [DeclaredPart] {
    switch self {
    case .clip(let settings): settings.declaredParts
    case .visionEncoderDecoder(let settings): settings.declaredParts
    case .vilt(let settings): settings.declaredParts
    case .blip2(let settings): settings.declaredParts
    case .vit(let settings): settings.declaredParts("", keys: "")
    case .gpt2(let settings): settings.declaredParts("", keys: "")
    case .opt(let settings): settings.declaredParts("", keys: "")
    }
  }
}

/// A matrix, by its rows and columns.
private func matrix(
  _ name: String, or other: String? = nil, rows: DeclaredSize, columns: DeclaredSize
) -> DeclaredPart {
  .tensor(DeclaredTensor(name, or: other, shape: [rows, columns]))
}

/// Layers with a feed-forward part and an attention.
private func layers(
  _ count: DeclaredSize, _ prefix: String, expand: String, query: String, inner: DeclaredSize, width: DeclaredSize
) -> DeclaredPart {
  .layers(count, prefix: prefix) { _, name in
    [DeclaredTensor(name + expand, shape: [inner, width]), DeclaredTensor(name + query, shape: [width, width])]
  }
}

/// The weight of a patch projection.
private func projection(
  _ tensor: String, width: DeclaredSize, channels: DeclaredSize, patch: Extent, keys: String
) -> DeclaredPart {
  let says = patch.height == patch.width ? "\(patch.height)" : "[\(patch.height), \(patch.width)]"
  return .tensor(
    DeclaredTensor(
      tensor,
      shape: [
        width, channels, DeclaredSize(keys + "patch_size", patch.height, says: says),
        DeclaredSize(keys + "patch_size", patch.width, says: says),
      ]))
}

/// The number of positions that follows from the sizes of image and patch.
private func positions(image: Extent, patch: Extent, keys: String) -> DeclaredSize {
  let count = (image.height / patch.height) * (image.width / patch.width) + 1
  let side = image.height == image.width ? "\(image.height)" : "[\(image.height), \(image.width)]"
  if count == 1 { return DeclaredSize(keys + "image_size", count, says: side, problem: ", which is less than a patch") }
  return DeclaredSize(keys + "image_size", count, says: "\(side), which makes \(count) positions")
}

/// A size that no setting declares.
private func fixed(_ size: Int, of key: String) -> DeclaredSize { DeclaredSize(key, size) }

extension CLIPConfiguration {
  fileprivate var declaredParts: [DeclaredPart] {
    let textWidth = DeclaredSize("text_config.hidden_size", text.hiddenSize)
    let width = DeclaredSize("vision_config.hidden_size", vision.hiddenSize)
    let joint = DeclaredSize("projection_dim", projectionSize)
    return [
      matrix(
        "text_model.embeddings.token_embedding.weight",
        rows: DeclaredSize("text_config.vocab_size", text.vocabularySize), columns: textWidth),
      matrix(
        "text_model.embeddings.position_embedding.weight",
        rows: DeclaredSize("text_config.max_position_embeddings", text.positionCount), columns: textWidth),
      layers(
        DeclaredSize("text_config.num_hidden_layers", text.layerCount), "text_model.encoder.layers.",
        expand: "mlp.fc1.weight", query: "self_attn.q_proj.weight",
        inner: DeclaredSize("text_config.intermediate_size", text.intermediateSize), width: textWidth),
      projection(
        "vision_model.embeddings.patch_embedding.weight", width: width,
        channels: DeclaredSize("vision_config.num_channels", vision.channelCount), patch: vision.patchSize,
        keys: "vision_config."),
      matrix(
        "vision_model.embeddings.position_embedding.weight",
        rows: positions(image: vision.imageSize, patch: vision.patchSize, keys: "vision_config."), columns: width),
      layers(
        DeclaredSize("vision_config.num_hidden_layers", vision.layerCount), "vision_model.encoder.layers.",
        expand: "mlp.fc1.weight", query: "self_attn.q_proj.weight",
        inner: DeclaredSize("vision_config.intermediate_size", vision.intermediateSize), width: width),
      matrix("visual_projection.weight", rows: joint, columns: width),
      matrix("text_projection.weight", rows: joint, columns: textWidth),
    ]
  }
}

extension VisionEncoderDecoderConfiguration {
  fileprivate var declaredParts: [DeclaredPart] {
    var parts = encoder.declaredParts("encoder.", keys: "encoder.")
    parts += decoder.declaredParts("decoder.", keys: "decoder.")
    if encoder.hiddenSize != decoder.hiddenSize {
      parts.append(
        matrix(
          "enc_to_dec_proj.weight", rows: DeclaredSize("decoder.n_embd", decoder.hiddenSize),
          columns: DeclaredSize("encoder.hidden_size", encoder.hiddenSize)))
    }
    return parts
  }
}

extension ViTConfiguration {
  fileprivate func declaredParts(_ prefix: String, keys: String) -> [DeclaredPart] {
    let width = DeclaredSize(keys + "hidden_size", hiddenSize)
    return [
      projection(
        prefix + "embeddings.patch_embeddings.projection.weight", width: width,
        channels: DeclaredSize(keys + "num_channels", channelCount), patch: patchSize, keys: keys),
      .tensor(
        DeclaredTensor(
          prefix + "embeddings.position_embeddings",
          shape: [
            fixed(1, of: keys + "image_size"), positions(image: imageSize, patch: patchSize, keys: keys), width,
          ])),
      layers(
        DeclaredSize(keys + "num_hidden_layers", layerCount), prefix + "encoder.layer.",
        expand: "intermediate.dense.weight", query: "attention.attention.query.weight",
        inner: DeclaredSize(keys + "intermediate_size", intermediateSize), width: width),
    ]
  }
}

extension GPT2Configuration {
  fileprivate func declaredParts(_ prefix: String, keys: String) -> [DeclaredPart] {
    let width = DeclaredSize(keys + "n_embd", hiddenSize)
    let inner = DeclaredSize(
      keys + "n_inner", intermediateSize, says: innerSize == nil ? "null, which makes \(intermediateSize)" : nil)
    let vocabulary = DeclaredSize(keys + "vocab_size", vocabularySize)
    let names = (table: prefix + "transformer.wte.weight", head: prefix + "lm_head.weight")
    return [
      matrix(names.table, or: tiesWordEmbeddings ? names.head : nil, rows: vocabulary, columns: width),
      matrix(
        prefix + "transformer.wpe.weight", rows: DeclaredSize(keys + "n_positions", positionCount), columns: width),
      // Here weights are kept with the inputs as rows.
      .layers(DeclaredSize(keys + "n_layer", layerCount), prefix: prefix + "transformer.h.") { _, name in
        [
          DeclaredTensor(name + "mlp.c_fc.weight", shape: [width, inner]),
          DeclaredTensor(name + "attn.c_proj.weight", shape: [width, width]),
        ]
      },
    ]
  }
}

extension ViLTConfiguration {
  fileprivate var declaredParts: [DeclaredPart] {
    let texts = "vilt.embeddings.text_embeddings."
    let width = DeclaredSize("hidden_size", hiddenSize)
    let twice = DeclaredSize("hidden_size", 2 * hiddenSize, says: "\(hiddenSize), which makes \(2 * hiddenSize)")
    return [
      matrix(
        texts + "word_embeddings.weight", rows: DeclaredSize("vocab_size", vocabularySize), columns: width),
      matrix(
        texts + "position_embeddings.weight", rows: DeclaredSize("max_position_embeddings", positionCount),
        columns: width),
      matrix(
        texts + "token_type_embeddings.weight", rows: DeclaredSize("type_vocab_size", segmentCount), columns: width),
      matrix(
        "vilt.embeddings.token_type_embeddings.weight", rows: DeclaredSize("modality_type_vocab_size", modalityCount),
        columns: width),
      projection(
        "vilt.embeddings.patch_embeddings.projection.weight", width: width,
        channels: DeclaredSize("num_channels", channelCount), patch: patchSize, keys: ""),
      .tensor(
        DeclaredTensor(
          "vilt.embeddings.position_embeddings",
          shape: [fixed(1, of: "image_size"), positions(image: imageSize, patch: patchSize, keys: ""), width])),
      layers(
        DeclaredSize("num_hidden_layers", layerCount), "vilt.encoder.layer.", expand: "intermediate.dense.weight",
        query: "attention.attention.query.weight", inner: DeclaredSize("intermediate_size", intermediateSize),
        width: width),
      matrix("classifier.0.weight", rows: twice, columns: width),
      matrix(
        "classifier.3.weight", rows: DeclaredSize("id2label", labels.count, says: "of \(labels.count) labels"),
        columns: twice),
    ]
  }
}

extension OPTConfiguration {
  fileprivate func declaredParts(_ prefix: String, keys: String) -> [DeclaredPart] {
    let decoder = prefix + "model.decoder."
    let width = DeclaredSize(keys + "hidden_size", hiddenSize)
    let outer = DeclaredSize(
      keys + (wordEmbeddingSize == nil ? "hidden_size" : "word_embed_proj_dim"), embeddingSize)
    let vocabulary = DeclaredSize(keys + "vocab_size", vocabularySize)
    let names = (table: decoder + "embed_tokens.weight", head: prefix + "lm_head.weight")
    return [
      matrix(names.table, or: tiesWordEmbeddings ? names.head : nil, rows: vocabulary, columns: outer),
      matrix(
        decoder + "embed_positions.weight",
        rows: DeclaredSize(
          keys + "max_position_embeddings", positionCount + 2,
          says: "\(positionCount), which makes \(positionCount + 2) rows"),
        columns: width),
      layers(
        DeclaredSize(keys + "num_hidden_layers", layerCount), decoder + "layers.", expand: "fc1.weight",
        query: "self_attn.q_proj.weight", inner: DeclaredSize(keys + "ffn_dim", intermediateSize), width: width),
    ] + (embeddingSize == hiddenSize ? [] : [matrix(decoder + "project_in.weight", rows: width, columns: outer)])
  }
}

extension BLIP2Configuration {
  fileprivate var declaredParts: [DeclaredPart] {
    let eye = "vision_model."
    let width = DeclaredSize("vision_config.hidden_size", vision.hiddenSize)
    let queryWidth = DeclaredSize("qformer_config.hidden_size", queryTransformer.hiddenSize)
    let queryInner = DeclaredSize("qformer_config.intermediate_size", queryTransformer.intermediateSize)
    let frequency = queryTransformer.crossAttentionFrequency
    let tripled = DeclaredSize(
      width.key, 3 * vision.hiddenSize, says: "\(vision.hiddenSize), which makes \(3 * vision.hiddenSize)")
    return text.declaredParts("language_model.", keys: "text_config.") + [
      .tensor(
        DeclaredTensor(
          "query_tokens",
          shape: [
            fixed(1, of: "num_query_tokens"),
            DeclaredSize(
              "num_query_tokens", queryCount,
              problem: queryCount < text.positionCount
                ? nil
                : ", so there is no place for a text: text_config.max_position_embeddings is \(text.positionCount)"),
            queryWidth,
          ])),
      projection(
        eye + "embeddings.patch_embedding.weight", width: width, channels: fixed(3, of: width.key),
        patch: vision.patchSize, keys: "vision_config."),
      .tensor(
        DeclaredTensor(
          eye + "embeddings.position_embedding",
          shape: [
            fixed(1, of: "vision_config.image_size"),
            positions(image: vision.imageSize, patch: vision.patchSize, keys: "vision_config."), width,
          ])),
      .layers(
        DeclaredSize("vision_config.num_hidden_layers", vision.layerCount), prefix: eye + "encoder.layers."
      ) { _, name in
        [
          DeclaredTensor(
            name + "mlp.fc1.weight",
            shape: [DeclaredSize("vision_config.intermediate_size", vision.intermediateSize), width]),
          DeclaredTensor(name + "self_attn.qkv.weight", shape: [tripled, width]),
        ]
      },
      .layers(
        DeclaredSize("qformer_config.num_hidden_layers", queryTransformer.layerCount), prefix: "qformer.encoder.layer."
      ) { index, name in
        [
          DeclaredTensor(name + "intermediate_query.dense.weight", shape: [queryInner, queryWidth]),
          DeclaredTensor(name + "attention.attention.query.weight", shape: [queryWidth, queryWidth]),
        ]
          + (index.isMultiple(of: frequency)
            ? [DeclaredTensor(name + "crossattention.attention.key.weight", shape: [queryWidth, width])] : [])
      },
      matrix(
        "language_projection.weight",
        rows: DeclaredSize(
          "text_config.hidden_size", text.hiddenSize,
          problem: text.embeddingSize <= text.hiddenSize
            ? nil : ", and an image's tokens do not fill their places: word_embed_proj_dim is \(text.embeddingSize)"),
        columns: queryWidth),
    ]
  }
}
