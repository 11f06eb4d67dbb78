import Checkpoints
import Images
import Layers
import Support
import Tokenizers

/// A CLIP in the form of open_clip: `open_clip_config.json` beside weights under open_clip's names.
///
/// Its pictures are prepared as open_clip's `preprocess_val` does, by Pillow's resizing and torchvision's arithmetic. A
/// picture with transparency loses it first, where open_clip would blend its edges.
public struct OpenCLIPDirectory: Sendable {
  /// The name of the file with the settings.
  static let settingsFile = "open_clip_config.json"
  /// The files that can hold weights, in the order in which open_clip looks for them.
  static let weightFiles = [
    "open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin",
  ]

  let settings: OpenCLIPSettings
  /// How pictures are prepared.
  let processor: ImageProcessor

  /// Reads `open_clip_config.json`.
  ///
  /// - Throws: `DataError` that names the key of a value that cannot be used.
  init(contentsOf file: String) throws {
    guard case .object(let root) = try JSON(contentsOf: file) else {
      throw DataError(.malformed, file: file, reason: "is JSON, but not an object")
    }
    guard case .object(let model)? = root["model_cfg"] else {
      throw DataError(.malformed, file: file, place: "model_cfg", reason: "is missing, or not an object")
    }
    settings = try OpenCLIPSettings(model, file: file, path: "model_cfg")
    var preparation = JSON.Object()
    switch root["preprocess_cfg"] {
    case nil, .null: break
    case .object(let object): preparation = object
    case let other?:
      throw DataError(.mismatch, file: file, place: "preprocess_cfg", reason: "is \(other.kindName), not an object")
    }
    let node = JSONNode(.object(preparation), file: file)
    processor = ImageProcessor(
      try ImageProcessorConfiguration(openCLIP: node, size: settings.vision.imageSize), backend: .pillow,
      centering: .halfToEven)
  }

  /// Whether the image tower is a ResNet.
  var hasResNet: Bool { if case .resNet = settings.vision.depth { true } else { false } }

  /// The settings of the model.
  var configuration: any PretrainedConfiguration {
    if case .resNet(let blocks) = settings.vision.depth { return CLIPResNetConfiguration(settings, blocks: blocks) }
    return CLIPConfiguration(settings)
  }

  /// What the settings of ``configuration`` are called in the file.
  static let keys = [
    "projection_dim": "model_cfg.embed_dim",
    "text_config.vocab_size": "model_cfg.text_cfg.vocab_size",
    "text_config.hidden_size": "model_cfg.text_cfg.width",
    "text_config.intermediate_size": "model_cfg.text_cfg.mlp_ratio × width",
    "text_config.num_hidden_layers": "model_cfg.text_cfg.layers",
    "text_config.max_position_embeddings": "model_cfg.text_cfg.context_length",
    "vision_config.hidden_size": "model_cfg.vision_cfg.width",
    "vision_config.intermediate_size": "model_cfg.vision_cfg.mlp_ratio × width",
    "vision_config.width": "model_cfg.vision_cfg.width",
    "vision_config.num_hidden_layers": "model_cfg.vision_cfg.layers",
    "vision_config.layers.0": "model_cfg.vision_cfg.layers", "vision_config.layers.1": "model_cfg.vision_cfg.layers",
    "vision_config.layers.2": "model_cfg.vision_cfg.layers", "vision_config.layers.3": "model_cfg.vision_cfg.layers",
    "vision_config.image_size": "model_cfg.vision_cfg.image_size",
    "vision_config.patch_size": "model_cfg.vision_cfg.patch_size",
  ]
}

extension CLIPConfiguration {
  /// The settings of a CLIP that open_clip describes, with a ViT for images.
  init(_ settings: OpenCLIPSettings) {
    self.init()
    projectionSize = settings.embeddingWidth
    text = CLIPTextConfiguration(settings)
    let tower = settings.vision
    vision.hiddenSize = tower.width
    vision.intermediateSize = Int(Double(tower.width) * tower.feedForwardRatio)
    vision.projectionSize = settings.embeddingWidth
    if case .vit(let count) = tower.depth { vision.layerCount = count }
    vision.headCount = tower.width / tower.headWidth
    (vision.imageSize, vision.patchSize) = (tower.imageSize, tower.patchSize)
    vision.activation = tower.common.activation(quickGELU: settings.usesQuickGELU)
    vision.layerNormEpsilon = tower.common.layerNormEpsilon
  }
}

extension CLIPTextConfiguration {
  /// The settings of a CLIP's text tower that open_clip describes.
  init(_ settings: OpenCLIPSettings) {
    self.init()
    let tower = settings.text
    (vocabularySize, positionCount) = (tower.vocabularySize, tower.positionCount)
    (hiddenSize, headCount, layerCount) = (tower.width, tower.headCount, tower.layerCount)
    intermediateSize = Int(Double(tower.width) * tower.feedForwardRatio)
    projectionSize = settings.embeddingWidth
    activation = tower.common.activation(quickGELU: settings.usesQuickGELU)
    layerNormEpsilon = tower.common.layerNormEpsilon
    // open_clip pools a text at the largest of its ids, which is that of the end token; so does transformers for this id.
    eosTokenID = 2
  }
}

extension ImageProcessorConfiguration {
  /// What open_clip's `preprocess_val` does, by the settings in `preprocess_cfg`.
  ///
  /// - Parameter size: the size of the images that the model takes.
  /// - Throws: `DataError` naming the key of what cannot be done.
  fileprivate init(openCLIP fields: JSONNode, size target: Extent) throws {
    func failure(_ key: String, _ reason: String) -> DataError {
      DataError(.unsupported, file: fields.file, place: "preprocess_cfg.\(key)", reason: reason)
    }
    func text(_ key: String, _ standard: String) throws -> String { try fields.text(key) ?? standard }
    self.init(.clip)
    convertsToRGB = false
    let mode = try text("mode", "RGB")
    if mode != "RGB" { throw failure("mode", "is \(quoted(mode)), but pictures are read as \"RGB\" alone") }
    switch try text("interpolation", "bicubic") {
    case "bicubic", "random": filter = .bicubic
    case "bilinear": filter = .bilinear
    case let name: throw failure("interpolation", "is \(quoted(name)); known are bicubic and bilinear")
    }
    let crop = CropSize(height: target.height, width: target.width)
    guard max(target.height, target.width) <= JSONNode.longestSide else {
      throw failure("size", "the model takes pictures of \(target.text); sides have at most \(JSONNode.longestSide)")
    }
    switch try text("resize_mode", "shortest") {
    case "squash":
      (self.size, cropSize) = (.exact(height: target.height, width: target.width), nil)
    case "shortest" where target.height == target.width:
      (self.size, cropSize) = (.shortestEdge(target.height, longest: nil), crop)
    case "shortest":
      throw failure("resize_mode", "is \"shortest\", which is not done for pictures that are no squares; squash is")
    case let name:
      throw failure("resize_mode", "is \(quoted(name)), which is not done; known are shortest and squash")
    }
    let (mean, deviation) = (try fields.three("mean"), try fields.three("std"))
    if deviation?.contains(where: { Float($0) == 0 }) == true {
      throw failure("std", "holds a zero, by which pixels would be divided")
    }
    let standard = Normalization.openAI
    normalization = Normalization(mean: mean ?? standard.mean, deviation: deviation ?? standard.deviation)
  }
}

extension OpenCLIPDirectory {
  /// The tokenizer that open_clip has built in. A text tower of another vocabulary takes that of the directory's own files.
  ///
  /// - Throws: `DataError` naming what is missing or damaged.
  func tokenizer(directory: String) throws -> any Tokenizer {
    let builtIn = try OpenCLIPTokenizer(contextLength: settings.text.positionCount)
    if settings.text.vocabularySize == builtIn.vocabularySize { return builtIn }
    let files = ["tokenizer.json", "vocab.json"].map { FileSystem.join(directory, $0) }
    guard files.contains(where: FileSystem.exists) else {
      throw DataError(
        .notFound, file: directory,
        reason: "has no tokenizer, and its text tower takes \(settings.text.vocabularySize) tokens where CLIP's own "
          + "tokenizer has \(builtIn.vocabularySize): looked for tokenizer.json or vocab.json")
    }
    return try OpenCLIPTokenizer(directory: directory, contextLength: settings.text.positionCount)
  }
}
