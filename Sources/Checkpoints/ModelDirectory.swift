/// A directory in the form that Hugging Face gives to models: settings, weights, and what belongs to them.
public struct ModelDirectory: Sendable {
  /// The path, as it was given.
  public let path: String
  /// The settings in `config.json`.
  public let configuration: ModelConfiguration
  private let configurationObject: JSON.Object

  /// The files that can hold weights, in the order in which they are looked for.
  public static let weightFiles = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// Opens a directory and reads its `config.json`.
  ///
  /// - Throws: ``CheckpointError`` if there is no such directory, or its settings are missing or unusable.
  public init(_ path: String) throws {
    self.path = path
    switch FileSystem.item(at: path) {
    case .directory?: break
    case nil: throw CheckpointError(.notFound, file: path, reason: "no such directory")
    case .some: throw CheckpointError(.notFound, file: path, reason: "is not a directory")
    }
    let file = FileSystem.join(path, "config.json")
    guard FileSystem.isFile(file) else {
      throw CheckpointError(.notFound, file: path, reason: "has no config.json, so it is no model directory")
    }
    guard case .object(let object) = try JSON(contentsOf: file) else {
      throw CheckpointError(.malformed, file: file, reason: "is JSON, but not an object")
    }
    configurationObject = object
    configuration = try ModelConfiguration(object, file: file)
  }

  /// The path of a file of this directory, `nil` if it has none of this name.
  public func find(_ name: String) -> String? {
    let file = FileSystem.join(path, name)
    return FileSystem.isFile(file) ? file : nil
  }

  /// The path of the first of these files that the directory has.
  ///
  /// - Parameter purpose: what it is for, as the message says it: "tokenizer", "weights".
  /// - Throws: ``CheckpointError`` that names all the files looked for.
  public func require(_ names: [String], purpose: String) throws -> String {
    for name in names {
      if let file = find(name) { return file }
    }
    let list = names.count == 1 ? names[0] : names.dropLast().joined(separator: ", ") + " or \(names[names.count - 1])"
    throw CheckpointError(.notFound, file: path, reason: "has no \(purpose): looked for \(list)")
  }

  /// The weights: `model.safetensors`, its shards, `pytorch_model.bin`, or its shards.
  ///
  /// - Throws: ``CheckpointError`` if there are none, or they cannot be read.
  public func checkpoint() throws -> Checkpoint {
    try Checkpoint(path: require(Self.weightFiles, purpose: "weights"))
  }

  /// How text is generated: `generation_config.json`, or what `config.json` says about it.
  ///
  /// - Throws: ``CheckpointError`` if a value has the wrong type.
  public func generationConfiguration() throws -> GenerationConfiguration {
    if let file = find("generation_config.json") { return try GenerationConfiguration(contentsOf: file) }
    return try GenerationConfiguration(
      modelConfiguration: configurationObject, file: FileSystem.join(path, "config.json"))
  }
}
