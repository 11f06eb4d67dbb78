import Checkpoints
import Support

/// The settings of a kind of published model (`config.json`), and how published files name its tensors.
public protocol PretrainedConfiguration: SettingsGroup {
  /// The value of `model_type`.
  static var modelType: String { get }
  /// How published files name its tensors.
  static var names: PublishedNames { get }
  /// The file that holds the tokens where a directory has no `tokenizer.json`.
  static var vocabularyFile: String { get }
  /// The language model's token embedding and its output layer, where the settings say that both are one matrix.
  var tiedOutput: TiedOutput? { get }
  /// The settings with these two apart.
  var untied: Self { get }
}

extension PretrainedConfiguration {
  /// The value of `model_type`.
  public var modelType: String { Self.modelType }

  /// That of byte-level tokenizers, `vocab.json`.
  public static var vocabularyFile: String { "vocab.json" }

  /// None: the model has no output layer over tokens.
  public var tiedOutput: TiedOutput? { nil }
  /// The settings as they are.
  public var untied: Self { self }

  /// A checkpoint whose tensors have the names that the model gives them.
  ///
  /// - Throws: `DataError` if a tensor is there under two names with different numbers.
  public static func named(_ checkpoint: Checkpoint) throws -> Checkpoint { try checkpoint.renamed(names.modelName) }

  /// The settings of the model that a checkpoint holds: a language model whose token embedding and output layer are
  /// both in the file, and differ, is not tied, whatever `tie_word_embeddings` says. So does transformers.
  func fitted(to checkpoint: Checkpoint) -> Self {
    let differ = (tiedOutput?.pairs ?? []).contains { names in
      guard let table = checkpoint[names.table], let head = checkpoint[names.head] else { return false }
      return !table.holdsTheSame(as: head)
    }
    return differ ? untied : self
  }

  /// Which names in a checkpoint may differ from the model's.
  public var keyRules: KeyRules {
    // Whichever of the two a file has is both.
    KeyRules(
      ignored: Self.names.ignored,
      tied: (tiedOutput?.pairs ?? []).flatMap { [($0.head, $0.table), ($0.table, $0.head)] })
  }

  /// Writes a `config.json` that transformers reads.
  ///
  /// - Parameter architecture: the class of transformers that the weights belong to, such as `CLIPModel`.
  /// - Throws: `DataError` if the file cannot be written.
  public func write(to path: String, architecture: String) throws {
    var object = JSON.Object()
    _ = object.append("architectures", .array([.string(architecture)]))
    for (key, value) in try json().members { _ = object.append(key, value) }
    try JSON.object(object).write(to: path)
  }
}

/// Reads `config.json`, whatever kind of model it describes.
public enum ModelConfiguration {
  private static let kinds: [any PretrainedConfiguration.Type] = [
    BLIPConfiguration.self, BLIP2Configuration.self, CLIPConfiguration.self, DiTConfiguration.self,
    GPT2Configuration.self,
    OPTConfiguration.self, SigLIPConfiguration.self,
    ViLTConfiguration.self, VisionEncoderDecoderConfiguration.self, ViTConfiguration.self,
  ]

  /// The values of `model_type` that this project knows.
  public static let knownTypes = kinds.map { $0.modelType }

  /// The values of `model_type` of parts of models, when they are saved by themselves.
  private static let parts = [
    "trocr":
      "the decoder of a TrOCR by itself; reading a picture needs its encoder too, a \"VisionEncoderDecoderModel\"",
    "clip_text_model":
      "the text tower of a CLIP by itself; zero-shot classification needs both towers, a \"CLIPModel\"",
    "clip_vision_model":
      "the image tower of a CLIP by itself; zero-shot classification needs both towers, a \"CLIPModel\"",
    "blip_text_model":
      "the text transformer of a BLIP by itself; captions and answers need the image encoder, too",
    "blip_vision_model":
      "the image encoder of a BLIP by itself; captions and answers need the text transformer, too",
    "siglip_text_model":
      "the text tower of a SigLIP by itself; zero-shot classification needs both towers, a \"SiglipModel\"",
    "siglip_vision_model":
      "the image tower of a SigLIP by itself; zero-shot classification needs both towers, a \"SiglipModel\"",
    "blip_2_vision_model":
      "the image encoder of a BLIP-2 by itself; writing needs all of a \"Blip2ForConditionalGeneration\"",
    "blip_2_qformer":
      "the Q-Former of a BLIP-2 by itself; writing needs all of a \"Blip2ForConditionalGeneration\"",
  ]

  /// The class that the settings name, in parentheses behind the kind of model.
  private static func statedClass(_ object: JSON.Object) -> String {
    guard case .array(let names)? = object["architectures"], case .string(let name)? = names.first else { return "" }
    return " (\(quoted(name)))"
  }

  /// Reads the `config.json` at `path`.
  ///
  /// - Throws: `DataError` for a file that is not JSON, an unknown `model_type` (with those known), or a
  ///   value of the wrong type (with its key path).
  public static func read(contentsOf path: String) throws -> any PretrainedConfiguration {
    guard case .object(let object) = try JSON(contentsOf: path) else {
      throw DataError(.malformed, file: path, reason: "is JSON, but not an object")
    }
    return try read(object, file: path)
  }

  /// Reads the settings from an object; `file` stands in messages.
  public static func read(_ object: JSON.Object, file: String) throws -> any PretrainedConfiguration {
    let known = knownTypes.joined(separator: ", ")
    guard let type = object["model_type"] else {
      throw DataError(.malformed, file: file, place: "model_type", reason: "is missing; known are \(known)")
    }
    if case .string(let name) = type {
      if let kind = kinds.first(where: { $0.modelType == name }) { return try kind.init(object, file: file) }
      if let part = parts[name] {
        throw DataError(
          .unsupported, file: file, place: "model_type", reason: "is \(quoted(name))\(statedClass(object)), \(part)")
      }
    }
    throw DataError(
      .unsupported, file: file, place: "model_type", reason: "is \(type.kindName); known are \(known)")
  }
}
