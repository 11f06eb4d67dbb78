import Support

/// What `config.json` says about a model: which kind it is, and its settings.
public enum ModelConfiguration: Equatable, Sendable {
  /// Images and texts in one space.
  case clip(CLIPConfiguration)
  /// Captions: a ViT and a GPT-2 that attends to it.
  case visionEncoderDecoder(VisionEncoderDecoderConfiguration)
  /// Questions about images, answered by one transformer over both.
  case vilt(ViLTConfiguration)
  /// A frozen image encoder and a frozen language model with a transformer between them.
  case blip2(BLIP2Configuration)
  /// An image classifier.
  case vit(ViTConfiguration)
  /// A language model.
  case gpt2(GPT2Configuration)
  /// A language model.
  case opt(OPTConfiguration)

  /// The values of `model_type` that this project knows.
  public static let knownTypes = ["blip-2", "clip", "gpt2", "opt", "vilt", "vision-encoder-decoder", "vit"]

  /// The values of `model_type` of parts of models, when they are saved by themselves.
  private static let parts = [
    "clip_text_model":
      "the text tower of a CLIP by itself; zero-shot classification needs both towers, a \"CLIPModel\"",
    "clip_vision_model":
      "the image tower of a CLIP by itself; zero-shot classification needs both towers, a \"CLIPModel\"",
    "blip_2_vision_model":
      "the image encoder of a BLIP-2 by itself; writing needs all of a \"Blip2ForConditionalGeneration\"",
    "blip_2_qformer":
      "the Q-Former of a BLIP-2 by itself; writing needs all of a \"Blip2ForConditionalGeneration\"",
  ]

  /// The class that the settings name, in parentheses behind the kind of model.
  private static func saidClass(_ object: JSON.Object) -> String {
    guard case .array(let names)? = object["architectures"], case .string(let name)? = names.first else { return "" }
    return " (\(quoted(name)))"
  }

  /// Reads the `config.json` at `path`.
  ///
  /// - Throws: `DataError` for a file that is not JSON, an unknown `model_type` (with those known), or a
  ///   value of the wrong type (with its key path).
  public init(contentsOf path: String) throws {
    guard case .object(let object) = try JSON(contentsOf: path) else {
      throw DataError(.malformed, file: path, reason: "is JSON, but not an object")
    }
    try self.init(object, file: path)
  }

  /// Reads the settings from an object; `file` stands in messages.
  public init(_ object: JSON.Object, file: String) throws {
    let known = Self.knownTypes.joined(separator: ", ")
    guard let type = object["model_type"] else {
      throw DataError(.malformed, file: file, place: "model_type", reason: "is missing; known are \(known)")
    }
    switch type {
    case .string("clip"): self = .clip(try CLIPConfiguration(object, file: file))
    case .string("vision-encoder-decoder"):
      self = .visionEncoderDecoder(try VisionEncoderDecoderConfiguration(object, file: file))
    case .string("vilt"): self = .vilt(try ViLTConfiguration(object, file: file))
    case .string("blip-2"): self = .blip2(try BLIP2Configuration(object, file: file))
    case .string("vit"): self = .vit(try ViTConfiguration(object, file: file))
    case .string("gpt2"): self = .gpt2(try GPT2Configuration(object, file: file))
    case .string("opt"): self = .opt(try OPTConfiguration(object, file: file))
    case .string(let part) where Self.parts[part] != nil:
      throw DataError(
        .unsupported, file: file, place: "model_type",
        reason: "is \(quoted(part))\(Self.saidClass(object)), \(Self.parts[part] ?? "")")
    default:
      throw DataError(
        .unsupported, file: file, place: "model_type", reason: "is \(type.kindName); known are \(known)")
    }
  }

  /// The value of `model_type`.
  public var modelType: String {
    switch self {
    case .clip: "clip"
    case .visionEncoderDecoder: "vision-encoder-decoder"
    case .vilt: "vilt"
    case .blip2: "blip-2"
    case .vit: "vit"
    case .gpt2: "gpt2"
    case .opt: "opt"
    }
  }

  /// The settings, whatever the kind.
  public var settings: any SettingsGroup {
    switch self {
    case .clip(let settings): settings
    case .visionEncoderDecoder(let settings): settings
    case .vilt(let settings): settings
    case .blip2(let settings): settings
    case .vit(let settings): settings
    case .gpt2(let settings): settings
    case .opt(let settings): settings
    }
  }

  /// Writes a `config.json` that transformers reads.
  ///
  /// - Parameter architecture: the class of transformers that the weights belong to, such as `CLIPModel`.
  /// - Throws: `DataError` if the file cannot be written.
  public func write(to path: String, architecture: String) throws {
    var object = JSON.Object()
    _ = object.append("architectures", .array([.string(architecture)]))
    for (key, value) in try settings.json().members { _ = object.append(key, value) }
    try JSON.object(object).write(to: path)
  }
}
