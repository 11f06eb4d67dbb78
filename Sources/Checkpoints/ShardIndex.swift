/// Reads a checkpoint that is spread over several files by an index, such as `model.safetensors.index.json`.
enum ShardIndex {
  static func open(_ path: String) throws -> CheckpointContents {
    guard case .object(let index) = try JSON(contentsOf: path), case .object(let map)? = index["weight_map"] else {
      throw CheckpointError(.malformed, file: path, reason: "has no object weight_map, so it is no checkpoint index")
    }
    let directory = FileSystem.directory(of: path)
    var shards: [String: CheckpointContents] = [:]
    var contents = CheckpointContents(path: path)
    for (name, value) in map.members {
      guard case .string(let file) = value, isPlainName(file) else {
        throw CheckpointError(
          .malformed, file: path, place: "weight_map.\(quoted(name))",
          reason: "is \(value.kindName), not the name of a file beside the index")
      }
      if shards[file] == nil {
        let shard = try openShard(FileSystem.join(directory, file), index: path)
        if shards.isEmpty { contents.metadata = shard.metadata }
        shards[file] = shard
      }
      guard let entry = shards[file]?.entries[name] else {
        throw CheckpointError(
          .malformed, file: path, place: "weight_map.\(quoted(name))", reason: "is not in the shard \(quoted(file))")
      }
      contents.entries[name] = entry
    }
    return contents
  }

  private static func openShard(_ path: String, index: String) throws -> CheckpointContents {
    guard FileSystem.item(at: path) != nil else {
      throw CheckpointError(.notFound, file: path, reason: "this shard, listed in \(index), does not exist")
    }
    let checkpoint = try Checkpoint(file: MappedFile(path: path))
    var contents = CheckpointContents(path: path, metadata: checkpoint.metadata)
    for name in checkpoint.names { contents.entries[name] = checkpoint[name] }
    return contents
  }

  /// Whether `name` stays in its directory: an index must not be able to point at any file of the machine.
  private static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
      && !name.utf8.contains(0)
  }
}
