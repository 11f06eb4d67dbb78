import Checkpoints
import Support

/// A directory in the form that Hugging Face gives to models: settings, weights, and what belongs to them.
///
/// A CLIP may also be in the form of open_clip, with `open_clip_config.json`. Where a directory has both forms, as
/// `laion/CLIP-ViT-B-32-laion2B-s34B-b79K` has, that of transformers is read; but where `config.json` names no kind of model
/// (timm's does not) or there are no weights of that form, open_clip's.
///
/// A file counts as there whatever it is: a folder, a pipe or a file that may not be read is refused by name where it is
/// needed, and never passed over.
public struct ModelDirectory: Sendable {
  /// The path, as it was given.
  public let path: String
  /// The file with the settings: `config.json`, or `open_clip_config.json`.
  public let settingsFile: String
  /// The settings in it.
  public let configuration: any PretrainedConfiguration
  /// What open_clip says of its model; `nil` for a directory in the form of transformers.
  let openCLIP: OpenCLIPDirectory?
  private let configurationObject: JSON.Object

  /// The classes of transformers that the directory says its weights belong to, `architectures`; empty if it says none.
  public let architectures: [String]

  /// The files that can hold weights, in the order in which they are looked for.
  public var weightFiles: [String] { openCLIP == nil ? Self.transformersWeightFiles : OpenCLIPDirectory.weightFiles }

  private static let transformersWeightFiles = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// Opens a directory and reads its `config.json`.
  ///
  /// - Throws: `DataError` if there is no such directory, its settings are missing or unusable, or they say that
  ///   the weights are quantized.
  public init(_ path: String) throws {
    self.path = path
    switch FileSystem.item(at: path) {
    case .directory?: break
    case nil where FileSystem.exists(path): throw FileSystem.openError(path)
    case nil: throw DataError(.notFound, file: path, reason: "no such directory")
    case .some: throw DataError(.notFound, file: path, reason: "is not a directory")
    }
    let file = FileSystem.join(path, "config.json")
    let object = FileSystem.exists(file) ? try Self.settings(file) : nil
    if Self.isOpenCLIP(path, object) {
      settingsFile = FileSystem.join(path, OpenCLIPDirectory.settingsFile)
      let openCLIP = try OpenCLIPDirectory(contentsOf: settingsFile)
      (self.openCLIP, configuration) = (openCLIP, openCLIP.configuration)
      (configurationObject, architectures) = (JSON.Object(), [])
      return
    }
    guard let object else {
      throw DataError(.notFound, file: path, reason: "has no config.json, so it is no model directory")
    }
    (settingsFile, openCLIP, configurationObject) = (file, nil, object)
    if let quantization = object.quantization {
      throw DataError(
        .unsupported, file: file, place: quantization.place,
        reason: "says that the weights are quantized (\(quantization.method)); quantized weights are not read")
    }
    architectures = object.texts("architectures")
    configuration = try ModelConfiguration.read(object, file: file)
  }

  private static func settings(_ file: String) throws -> JSON.Object {
    guard case .object(let object) = try JSON(contentsOf: file) else {
      throw DataError(.malformed, file: file, reason: "is JSON, but not an object")
    }
    return object
  }

  /// Whether a directory is to be read in the form of open_clip.
  ///
  /// - Parameter settings: its `config.json`, `nil` if it has none.
  private static func isOpenCLIP(_ path: String, _ settings: JSON.Object?) -> Bool {
    func has(_ names: [String]) -> Bool { names.contains { FileSystem.exists(FileSystem.join(path, $0)) } }
    guard has([OpenCLIPDirectory.settingsFile]) else { return false }
    guard let settings, let type = settings["model_type"], type != .null else { return true }
    return settings["transformers_weights"] == nil && !has(transformersWeightFiles)
      && has(OpenCLIPDirectory.weightFiles)
  }

  /// What a setting is called in the file of settings.
  func place(of key: String) -> String { openCLIP == nil ? key : OpenCLIPDirectory.keys[key] ?? key }

  /// The path of a file of this directory, `nil` if it has nothing of this name.
  public func find(_ name: String) -> String? {
    let file = FileSystem.join(path, name)
    return FileSystem.exists(file) ? file : nil
  }

  /// The path of the first of these files that the directory has.
  ///
  /// - Parameter purpose: what it is for, as the message says it: "tokenizer", "weights".
  /// - Throws: `DataError` that names all the files looked for.
  public func require(_ names: [String], purpose: String) throws -> String {
    for name in names {
      if let file = find(name) { return file }
    }
    let list = names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " or \(names[names.count - 1])"
    throw DataError(.notFound, file: path, reason: "has no \(purpose): looked for \(list)")
  }

  /// The weights: the file that `transformers_weights` names in `config.json`, else `model.safetensors`, its shards,
  /// `pytorch_model.bin`, or its shards; for open_clip's form `open_clip_model.safetensors` and others, as transformers
  /// names and cuts them.
  ///
  /// - Throws: `DataError` if there are none, or they cannot be read.
  public func checkpoint() throws -> Checkpoint {
    if let named = configurationObject["transformers_weights"], named != .null {
      return try Checkpoint(path: weights(named: named))
    }
    return try checkpoint(require(weightFiles, purpose: "weights"))
  }

  /// The weights in a file, in the form of transformers.
  ///
  /// - Throws: `DataError` if they cannot be read.
  func checkpoint(_ file: String) throws -> Checkpoint {
    let checkpoint = try Checkpoint(path: file)
    return try openCLIP.map { try OpenCLIPNames.converted(checkpoint, hasResNet: $0.hasResNet) } ?? checkpoint
  }

  private func weights(named value: JSON) throws -> String {
    func failure(_ reason: String, _ kind: DataError.Kind = .mismatch) -> DataError {
      DataError(
        kind, file: settingsFile, place: "transformers_weights",
        reason: "is \(value.kindName), \(reason)")
    }
    guard case .string(let name) = value, FileSystem.staysInside(name) else {
      throw failure("not the name of a file in the directory")
    }
    guard name.hasSuffix(".safetensors") || name.hasSuffix(".safetensors.index.json") else {
      throw failure("neither a .safetensors file nor the .safetensors.index.json of several", .unsupported)
    }
    guard let file = find(name) else { throw failure("but there is no such file", .notFound) }
    return file
  }

  /// How text is generated: `generation_config.json`, or what `config.json` says about it.
  ///
  /// - Throws: `DataError` if a value has the wrong type.
  public func generationConfiguration() throws -> GenerationConfiguration {
    if let file = find("generation_config.json") { return try GenerationConfiguration(contentsOf: file) }
    return try GenerationConfiguration(
      modelConfiguration: configurationObject, file: settingsFile)
  }
}

extension JSON.Object {
  /// The texts of an array; empty if the member is missing or holds something else.
  fileprivate func texts(_ key: String) -> [String] {
    guard case .array(let elements)? = self[key] else { return [] }
    return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  /// Where settings say that weights are quantized, and by which method; `nil` if they do not.
  ///
  /// transformers looks among the settings of the model and among those of its language model.
  fileprivate var quantization: (place: String, method: String)? {
    for (path, group) in [("", self)] + ["text_config", "decoder"].compactMap(member) {
      guard let settings = group["quantization_config"], settings != .null, settings != .object(JSON.Object()) else {
        continue
      }
      return (path + "quantization_config", settings.quantizationMethod)
    }
    return nil
  }

  private func member(_ key: String) -> (String, JSON.Object)? {
    if case .object(let group)? = self[key] { (key + ".", group) } else { nil }
  }
}

extension JSON {
  /// The method that a `quantization_config` names, such as `"gptq"`, with what bitsandbytes adds to it.
  fileprivate var quantizationMethod: String {
    guard case .object(let settings) = self else { return kindName }
    let switches = ["load_in_8bit", "load_in_4bit"].filter { settings[$0] == .bool(true) }
    var method: String? = nil
    if case .string(let name)? = settings["quant_method"] { method = quoted(name) }
    let parts = [method].compactMap(\.self) + switches
    return parts.isEmpty ? "quant_method is not given" : parts.joined(separator: ", ")
  }
}
