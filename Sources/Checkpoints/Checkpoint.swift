/// The tensors of a model as a file or a set of files holds them.
///
/// Opening one reads the directory of names, types and shapes and checks it against the file; the elements stay
/// where they are, in the type of the file, until someone asks for them.
///
///     let checkpoint = try Checkpoint(path: "model.safetensors")
///     let weight = try checkpoint.float32("visual_projection.weight")
public final class Checkpoint: Sendable {
  /// The path of the file, or of the index of a sharded checkpoint, as it was given.
  public let path: String
  /// All names, sorted by their Unicode scalars.
  public let names: [String]
  /// The text pairs under `__metadata__` of a safetensors file; those of the first shard for several.
  public let metadata: [String: String]
  private let entries: [String: TensorEntry]

  /// Collects entries whose names are known to differ.
  init(path: String, entries: [String: TensorEntry], metadata: [String: String]) {
    self.path = path
    self.entries = entries
    self.metadata = metadata
    names = entries.keys.sorted()
  }

  /// Opens a checkpoint of any kind this module reads, which is found from its content.
  ///
  /// - Parameter path: a `.safetensors` file, a PyTorch `.bin` or `.pt` file (both the zip format and the one before
  ///   PyTorch 1.6), or the `.index.json` of a sharded checkpoint.
  /// - Throws: ``CheckpointError`` if a file is missing, damaged, hostile or of an unknown kind.
  public convenience init(path: String) throws {
    if path.hasSuffix(".json") {
      self.init(try ShardIndex.open(path))
    } else {
      try self.init(file: MappedFile(path: path))
    }
  }

  /// Reads a checkpoint from a single mapped file.
  ///
  /// - Throws: ``CheckpointError`` if the file is damaged, hostile or of an unknown kind.
  public convenience init(file: MappedFile) throws {
    if let reason = file.foreignContent {
      throw CheckpointError(.malformed, file: file.path, reason: reason)
    }
    switch CheckpointFormat(file.bytes) {
    case .safetensors: self.init(try Safetensors.read(file))
    case .torchArchive: self.init(try TorchArchive.read(file))
    case .torchLegacy: self.init(try TorchLegacyFile.read(file))
    }
  }

  private convenience init(_ contents: CheckpointContents) {
    self.init(path: contents.path, entries: contents.entries, metadata: contents.metadata)
  }

  /// The tensor with this name, `nil` if there is none.
  public subscript(name: String) -> TensorEntry? { entries[name] }

  /// The tensor with this name.
  ///
  /// - Throws: ``CheckpointError`` of kind `notFound` that names the checkpoint and the closest name in it.
  public func entry(_ name: String) throws -> TensorEntry {
    guard let entry = entries[name] else {
      let suffix = names.first { $0.hasSuffix("." + name) || name.hasSuffix("." + $0) }
      let hint = suffix.map { "; there is \(quoted($0))" } ?? ""
      throw CheckpointError(.notFound, file: path, reason: "has no tensor \(quoted(name))\(hint)")
    }
    return entry
  }

  /// The elements of a tensor in row-major order as single precision.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor.
  public func float32(_ name: String) throws -> [Float] { try entry(name).float32() }

  /// The elements of an integer or `bool` tensor in row-major order.
  ///
  /// - Throws: ``CheckpointError`` if there is no such tensor or its elements are floating-point numbers.
  public func integers(_ name: String) throws -> [Int] { try entry(name).integers() }

  /// The files that hold the tensors, sorted by path.
  public var files: [String] {
    Set(entries.values.map(\.file.path)).sorted()
  }

  /// The number of elements in all tensors, shared ones counted once for each name.
  public var elementCount: Int {
    names.reduce(0) { $0 &+ (entries[$1]?.count ?? 0) }
  }
}

/// What a reader found in a file.
struct CheckpointContents {
  let path: String
  var entries: [String: TensorEntry] = [:]
  var metadata: [String: String] = [:]
}

/// The file formats, told apart by their first bytes.
enum CheckpointFormat {
  case safetensors, torchArchive, torchLegacy

  init(_ bytes: UnsafeRawBufferPointer) {
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
      self = .torchArchive
    } else if bytes.count >= 3, bytes[0] == 0x80, bytes[1] <= 5, bytes[2] == 0x8A || bytes[2] == 0x95 {
      // PROTO n, then LONG1 (the magic number) or a FRAME. As the start of a safetensors file these bytes
      // would announce a header of more than 9 MB: told apart by the next check.
      self = bytes.count > 8 && bytes[8] == UInt8(ascii: "{") ? .safetensors : .torchLegacy
    } else {
      self = .safetensors
    }
  }
}
