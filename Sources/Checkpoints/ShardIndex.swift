import Support

/// Reads a checkpoint that is spread over several files by an index, such as `model.safetensors.index.json`.
///
/// As transformers does it, all tensors of all files that the index names are taken, in the order of the files' names; of
/// two tensors of one name the later one counts.
enum ShardIndex {
  static func open(_ path: String) throws -> CheckpointContents {
    guard case .object(let index) = try JSON(contentsOf: path), case .object(let map)? = index["weight_map"] else {
      throw DataError(.malformed, file: path, reason: "has no object weight_map, so it is no checkpoint index")
    }
    let directory = FileSystem.directory(of: path)
    var places: [(name: String, file: String)] = []
    for (name, value) in map.members {
      guard case .string(let file) = value, FileSystem.staysInside(file) else {
        throw DataError(
          .malformed, file: path, place: "weight_map.\(quoted(name))",
          reason: "is \(value.kindName), not the name of a file beside the index")
      }
      places.append((name, file))
    }
    var contents = CheckpointContents(path: path)
    let files = Set(places.map(\.file)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (number, file) in files.enumerated() {
      let shard = try openShard(FileSystem.join(directory, file), index: path)
      if number == 0 { contents.metadata = shard.metadata }
      for (name, entry) in shard.entries {
        contents.entries[name] = entry
        contents.unread[name] = nil
      }
      for (name, tensor) in shard.unread {
        contents.unread[name] = tensor
        contents.entries[name] = nil
      }
    }
    for (name, file) in places where contents.entries[name] == nil && contents.unread[name] == nil {
      throw DataError(
        .malformed, file: path, place: "weight_map.\(quoted(name))", reason: "is not in the shard \(quoted(file))")
    }
    return contents
  }

  private static func openShard(_ path: String, index: String) throws -> CheckpointContents {
    guard FileSystem.exists(path) else {
      throw DataError(.notFound, file: path, reason: "this shard, listed in \(index), does not exist")
    }
    return try Checkpoint(file: MappedFile(path: path)).contents
  }
}
