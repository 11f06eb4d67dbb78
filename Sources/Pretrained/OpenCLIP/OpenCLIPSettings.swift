import Layers
import Support

/// The settings of a CLIP as open_clip writes them: `model_cfg` of `open_clip_config.json` (Ilharco et al. 2021,
/// <https://github.com/mlfoundations/open_clip>).
///
/// Those models are read whose towers are CLIP's own: a ViT or a ResNet for images, and the transformer of Radford et
/// al. for texts. What a file asks for beyond them is refused by its key.
struct OpenCLIPSettings: SettingsGroup {
  /// The width of the joint embedding, `embed_dim`.
  var embeddingWidth = 512
  /// Whether the towers' activation function is `x σ(1.702 x)` as in OpenAI's weights, and not GELU; `quick_gelu`.
  var usesQuickGELU = false
  /// The image tower, `vision_cfg`.
  var vision = OpenCLIPVisionSettings()
  /// The text tower, `text_cfg`.
  var text = OpenCLIPTextSettings()

  /// The settings of `laion/CLIP-ViT-B-32-laion2B-s34B-b79K`.
  init() {}

  mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.refuse("multimodal_cfg", "is given: this is a CoCa, whose text decoder is not read")
    try binder.size("embed_dim", &embeddingWidth)
    try binder.flag("quick_gelu", &usesQuickGELU)
    try binder.refuse(
      "init_logit_bias", "is given: a model trained with the sigmoid loss is not read in open_clip's form")
    try binder.group("vision_cfg", &vision)
    try binder.group("text_cfg", &text)
    // Of training, and of how the Python object is made.
    try binder.refuseOthers(
      idle: ["init_logit_scale", "nonscalar_logit_scale", "custom_text", "output_dict", "cast_dtype"])
  }
}

/// The image tower of a CLIP as open_clip describes it.
struct OpenCLIPVisionSettings: SettingsGroup {
  /// A ViT of so many layers, or a ResNet of four stages of so many blocks; `layers`.
  var depth = Depth.vit(12)
  /// The width of a token, or of a ResNet's first stage, `width`.
  var width = 768
  /// The width of an attention head, `head_width`.
  var headWidth = 64
  /// The width inside a ViT's feed-forward layers by that of a token, `mlp_ratio`.
  var feedForwardRatio = 4.0
  /// The size of the images, `image_size`.
  var imageSize = Extent(224)
  /// The size of a ViT's patches, `patch_size`.
  var patchSize = Extent(16)
  var common = OpenCLIPTowerSettings()

  /// What kind of tower it is, with its layers.
  enum Depth: Equatable, Sendable {
    case vit(Int)
    case resNet([Int])
  }

  init() {}

  mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.refuse("timm_model_name") { name in
      "is \(name): image towers of timm are not read; those of open_clip's own are, ViT and ResNet"
    }
    try binder.depth("layers", &depth)
    try binder.size("width", &width)
    try binder.size("head_width", &headWidth)
    try binder.number("mlp_ratio", &feedForwardRatio)
    try binder.extent("image_size", &imageSize)
    if case .vit = depth {
      try binder.extent("patch_size", &patchSize)
      try binder.requirePatch(in: imageSize, patchSize)
      try binder.requireWidths(width, headWidth: headWidth, &feedForwardRatio)
      try common.bind(&binder)
    } else if binder.isReading {
      guard imageSize.height == imageSize.width, imageSize.height >= 32 else {
        throw binder.failure("image_size", "is \(imageSize.text); a ResNet takes squares of at least 32 pixels")
      }
      guard 2...(1 << 16) ~= width, headWidth <= 32 * width, (32 * width).isMultiple(of: 32 * width / headWidth) else {
        throw binder.failure(
          "width", "is \(width), which does not fit head_width, \(headWidth), or is no width of a ResNet")
      }
    }
    try binder.refuseOthers(
      idle: [
        "patch_size", "mlp_ratio", "patch_dropout", "pos_embed_type", "attn_pooler_queries", "attn_pooler_heads",
        "timm_model_name", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop",
        "timm_drop_path",
        // The class token alone is read off, so that it is the same in which order it is pooled and normalized.
        "final_ln_after_pool",
      ], only: ["pool_type": "tok", "block_type": "default"])
  }
}

/// The text tower of a CLIP as open_clip describes it.
struct OpenCLIPTextSettings: SettingsGroup {
  /// The longest text in tokens, `context_length`.
  var positionCount = 77
  /// The number of tokens, `vocab_size`.
  var vocabularySize = 49408
  /// The width of a token, `width`.
  var width = 512
  /// The number of attention heads, `heads`.
  var headCount = 8
  /// The number of layers, `layers`.
  var layerCount = 12
  /// The width inside the feed-forward layers by that of a token, `mlp_ratio`.
  var feedForwardRatio = 4.0
  var common = OpenCLIPTowerSettings()

  init() {}

  mutating func bind(_ binder: inout SettingsBinder) throws {
    try binder.refuse("hf_model_name") { name in
      "is \(name): text towers of transformers are not read in open_clip's form; CLIP's own is"
    }
    try binder.refuse("hf_tokenizer_name") { name in
      "is \(name): texts are made tokens by CLIP's own tokenizer alone in open_clip's form"
    }
    try binder.size("context_length", &positionCount)
    try binder.size("vocab_size", &vocabularySize)
    try binder.size("width", &width)
    try binder.size("heads", &headCount)
    try binder.layerCount("layers", &layerCount)
    try binder.number("mlp_ratio", &feedForwardRatio)
    try binder.requireHeads(headCount, divide: width, "heads", "width")
    try binder.requireWidths(width, headWidth: 1, &feedForwardRatio)
    try common.bind(&binder)
    try binder.refuseOthers(
      idle: [
        "hf_model_name", "hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "hf_tokenizer_name", "pad_id",
        "eos_id", "final_ln_after_pool",
      ], only: ["pool_type": "argmax", "proj_type": "linear", "block_type": "default"])
  }
}

/// What both towers may be made with.
struct OpenCLIPTowerSettings: Equatable, Sendable {
  /// The ε of layer normalization, `eps` of `norm_kwargs`.
  var layerNormEpsilon = 1e-5
  /// Whether GELU is approximated with tanh, `approximate` of `act_kwargs`.
  var approximatesGELU = false

  fileprivate mutating func bind(_ binder: inout SettingsBinder) throws {
    for (key, value) in try binder.members("norm_kwargs") {
      guard key == "eps", let epsilon = value.doubleValue, epsilon.isFinite, epsilon >= 0 else {
        throw binder.failure("norm_kwargs.\(key)", "is \(value.kindName), which is not read", .unsupported)
      }
      layerNormEpsilon = epsilon
    }
    for (key, value) in try binder.members("act_kwargs") {
      guard key == "approximate", value == "tanh" || value == "none" else {
        throw binder.failure("act_kwargs.\(key)", "is \(value.kindName), which is not read", .unsupported)
      }
      approximatesGELU = value == "tanh"
    }
  }

  func activation(quickGELU: Bool) -> Activation { quickGELU ? .quickGELU : approximatesGELU ? .geluTanh : .gelu }
}

// MARK: What is refused

extension SettingsBinder {
  /// Refuses a setting that is given, and neither `null` nor an empty text.
  fileprivate func refuse(_ key: String, _ reason: String) throws { try refuse(key) { _ in reason } }

  fileprivate func refuse(_ key: String, _ reason: (String) -> String) throws {
    guard let value = given[key], value != .null, value != "" else { return }
    throw failure(key, reason(value.kindName), .unsupported)
  }

  /// Refuses what is given beside the settings that were bound before, and changes what a model computes.
  ///
  /// - Parameters:
  ///   - idle: settings without an effect on results, whatever they say.
  ///   - only: settings that are read with one value alone.
  fileprivate func refuseOthers(idle: Set<String>, only: [String: JSON] = [:]) throws {
    for (key, value) in given.members where !boundKeys.contains(key) && !idle.contains(key) && value != only[key] {
      // A switch that is off asks for nothing, nor does an empty group.
      if [.null, .bool(false), .object(JSON.Object())].contains(value) { continue }
      throw failure(key, "is \(value.kindName), which is not read", .unsupported)
    }
  }

  /// The members of a group of which each is read by itself.
  fileprivate mutating func members(_ key: String) throws -> [(key: String, value: JSON)] {
    guard isReading else { return [] }
    var group: JSON?
    raw(key, &group)
    switch group {
    case nil, .null: return []
    case .object(let object): return object.members
    case let other?: throw failure(key, "is \(other.kindName), not an object")
    }
  }

  /// A number of layers, or four numbers of blocks.
  fileprivate mutating func depth(_ key: String, _ value: inout OpenCLIPVisionSettings.Depth) throws {
    if !isReading {
      var json: JSON? =
        switch value {
        case .vit(let count): .integer(count)
        case .resNet(let counts): .array(counts.map { .integer($0) })
        }
      return raw(key, &json)
    }
    var json: JSON?
    raw(key, &json)
    guard let json else { return }
    func count(_ json: JSON) throws -> Int {
      guard case .integer(let count) = json, 1...Int(Int32.max) ~= count else {
        throw failure(key, "is \(json.kindName), not a number of layers, nor those of a ResNet's four stages")
      }
      return count
    }
    guard case .array(let elements) = json else {
      value = .vit(try count(json))
      return
    }
    guard elements.count == 4 else {
      throw failure(key, "has \(elements.count) numbers, but a ResNet has four stages")
    }
    value = .resNet(try elements.map(count))
  }

  /// Checks widths that follow from others.
  fileprivate func requireWidths(_ width: Int, headWidth: Int, _ ratio: inout Double) throws {
    guard isReading else { return }
    guard headWidth <= width, width.isMultiple(of: width / headWidth) else {
      throw failure("head_width", "is \(headWidth), and heads of that width do not divide width, \(width)")
    }
    guard ratio > 0, 1...Double(Int32.max) ~= Double(width) * ratio else {
      throw failure("mlp_ratio", "is \(ratio): the feed-forward layers would have no width, or too large a one")
    }
  }
}
