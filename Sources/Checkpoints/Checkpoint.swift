import Support

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
  /// The names of all tensors that can be read, sorted by their Unicode scalars.
  public let names: [String]
  /// The names of the tensors whose elements are of a type that is not read (8-bit floats, complex numbers, …), sorted.
  public let unreadNames: [String]
  /// The text pairs under `__metadata__` of a safetensors file; those of the first shard for several.
  public let metadata: [String: String]
  private let entries: [String: TensorEntry]
  private let unread: [String: UnreadTensor]

  /// Collects entries whose names are known to differ.
  init(
    path: String, entries: [String: TensorEntry], unread: [String: UnreadTensor] = [:], metadata: [String: String]
  ) {
    self.path = path
    self.entries = entries
    self.unread = unread
    self.metadata = metadata
    names = entries.keys.sorted()
    unreadNames = unread.keys.sorted()
  }

  /// Opens a checkpoint of any kind this module reads, which is found from its content.
  ///
  /// - Parameter path: a `.safetensors` file, a PyTorch `.bin` or `.pt` file (both the zip format and the one before
  ///   PyTorch 1.6), or the `.index.json` of a sharded checkpoint.
  /// - Throws: `DataError` if a file is missing, damaged, hostile or of an unknown kind.
  public convenience init(path: String) throws {
    if path.hasSuffix(".json") {
      self.init(try ShardIndex.open(path))
    } else {
      try self.init(file: MappedFile(path: path))
    }
  }

  /// Reads a checkpoint from a single mapped file.
  ///
  /// - Throws: `DataError` if the file is damaged, hostile or of an unknown kind.
  public convenience init(file: MappedFile) throws {
    if let reason = Self.foreignContent(file.bytes) {
      throw DataError(.malformed, file: file.path, reason: reason)
    }
    switch CheckpointFormat(file.bytes) {
    case .safetensors: self.init(try Safetensors.read(file))
    case .torchArchive: self.init(try TorchArchive.read(file))
    case .torchLegacy: self.init(try TorchLegacyFile.read(file))
    }
  }

  /// What a file that is evidently not a checkpoint seems to be, for a message that helps.
  private static func foreignContent(_ bytes: UnsafeRawBufferPointer) -> String? {
    func begins(_ text: String) -> Bool { bytes.starts(with: Array(text.utf8)) }
    if bytes.isEmpty { return "the file is empty" }
    if begins("version https://git-lfs") {
      return "is a Git LFS pointer, not the file itself; fetch it with \"git lfs pull\""
    }
    let markup = ["<!DOCTYPE", "<!doctype", "<html", "<HTML", "<?xml"]
    if markup.contains(where: begins) { return "is a web page, not a checkpoint; the download went wrong" }
    if bytes.starts(with: [0x1F, 0x8B]) { return "is gzip-compressed, not a checkpoint" }
    return nil
  }

  private convenience init(_ contents: CheckpointContents) {
    self.init(path: contents.path, entries: contents.entries, unread: contents.unread, metadata: contents.metadata)
  }

  /// The tensor with this name, `nil` if there is none.
  public subscript(name: String) -> TensorEntry? { entries[name] }

  /// The tensor with this name.
  ///
  /// - Throws: `DataError` of kind `notFound` that names the checkpoint and the closest name in it, or of kind
  ///   `unsupported` that names the type of its elements.
  public func entry(_ name: String) throws -> TensorEntry {
    guard let entry = try find([name]) else {
      let suffix = names.first { $0.hasSuffix("." + name) || name.hasSuffix("." + $0) }
      let hint = suffix.map { "; there is \(quoted($0))" } ?? ""
      throw DataError(.notFound, file: path, reason: "has no tensor \(quoted(name))\(hint)")
    }
    return entry
  }

  /// The first tensor that has one of these names, `nil` if there is none.
  ///
  /// - Throws: `DataError` if it is there, but the type of its elements is not read.
  package func find(_ names: [String]) throws -> TensorEntry? {
    try found(names).flatMap { entries[$0] }
  }

  /// The first of these names that a tensor has, `nil` if none has one; throws as ``find(_:)``.
  package func found(_ names: [String]) throws -> String? {
    if let name = names.first(where: { entries[$0] != nil }) { return name }
    guard let tensor = names.lazy.compactMap({ self.unread[$0] }).first else { return nil }
    throw DataError(
      .unsupported, file: tensor.file, place: quoted(tensor.name),
      reason: "holds \(tensor.type), which is not read, and the model needs it")
  }

  /// The same tensors under other names.
  ///
  /// - Throws: `DataError` if two tensors of different numbers would have the same name.
  package func renamed(_ rename: (String) -> String) throws -> Checkpoint {
    let renamed = try rearranged { [(rename($0), $1)] }
    var unreadRenamed: [String: UnreadTensor] = [:]
    for name in unreadNames { unreadRenamed[rename(name)] = unread[name] }
    return Checkpoint(path: path, entries: renamed.entries, unread: unreadRenamed, metadata: metadata)
  }

  /// Other tensors made of these.
  ///
  /// - Parameter rearrange: what becomes of a tensor: tensors, with names.
  /// - Throws: `DataError` if two tensors of different numbers would have the same name, and what `rearrange` throws.
  package func rearranged(
    _ rearrange: (_ name: String, TensorEntry) throws -> [(name: String, entry: TensorEntry)]
  ) throws -> Checkpoint {
    var result: [String: TensorEntry] = [:]
    result.reserveCapacity(entries.count)
    for name in names {
      guard let entry = entries[name] else { continue }
      for (name, entry) in try rearrange(name, entry) {
        if let other = result.updateValue(entry, forKey: name), !entry.holdsTheSame(as: other) {
          throw DataError(
            .malformed, file: path, place: quoted(entry.name),
            reason: "and \(quoted(other.name)) are the same tensor of the model, but hold different numbers")
        }
      }
    }
    return Checkpoint(path: path, entries: result, unread: unread, metadata: metadata)
  }

  /// Where `name` stands if the tensors are wrapped in something, as a hint for the message that it is missing.
  func wrapperHint(_ name: String) -> String? {
    guard let wrapped = names.first(where: { $0.hasSuffix("." + name) }) else { return nil }
    let wrapper = wrapped.dropLast(name.count + 1)
    return "; it has \(quoted(wrapped)): the model's tensors stand within \(quoted(wrapper)), and have to be saved "
      + "without that"
  }

  /// The elements of a tensor in row-major order as single precision.
  ///
  /// - Throws: `DataError` if there is no such tensor.
  public func float32(_ name: String) throws -> [Float] { try entry(name).float32() }

  /// The elements of an integer or `bool` tensor in row-major order.
  ///
  /// - Throws: `DataError` if there is no such tensor or its elements are floating-point numbers.
  public func integers(_ name: String) throws -> [Int] { try entry(name).integers() }

  /// The files that hold the tensors, sorted by path.
  public var files: [String] {
    Set(entries.values.map(\.file.path) + unread.values.map(\.file)).sorted()
  }

  /// The entries by name, and the tensors that are not read, for a checkpoint of several files.
  var contents: CheckpointContents {
    CheckpointContents(path: path, entries: entries, unread: unread, metadata: metadata)
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
  var unread: [String: UnreadTensor] = [:]
  var metadata: [String: String] = [:]
}

/// A tensor whose elements are not read: it does not matter unless a model needs it.
struct UnreadTensor {
  let name: String
  /// The type of the elements or the form of the tensor, as the file says it.
  let type: String
  let file: String
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
