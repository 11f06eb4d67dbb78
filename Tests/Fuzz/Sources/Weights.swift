import Checkpoints
import Support

/// How many elements of one input are read at most: a tensor may repeat one element as often as it likes.
private let elementLimit = 1 << 18

/// Reads all tensors that a checkpoint's file says it has.
func readWeights(_ bytes: [UInt8]) throws {
  try readAll(Checkpoint(file: MappedFile(contents: bytes, name: "weights")))
}

/// Reads a file of tensors, writes what was read, and reads that again: it must be the same.
func readSafetensors(_ bytes: [UInt8]) throws {
  let checkpoint = try Checkpoint(file: MappedFile(contents: bytes, name: "weights"))
  try readAll(checkpoint)
  guard checkpoint.elementCount < 1 << 12 else { return }
  let path = folder.path("written.safetensors")
  do {
    try SafetensorsWriter.write(checkpoint.names.map { TensorToWrite(try checkpoint.entry($0)) }, to: path)
  } catch let error as DataError {
    preconditionFailure("what was read cannot be written: \(error)")
  }
  let again = try Checkpoint(path: path)
  require(again.names == checkpoint.names)
  for name in again.names {
    let (old, new) = (try checkpoint.entry(name), try again.entry(name))
    require(old.elementType == new.elementType && old.shape == new.shape && old.holdsTheSame(as: new))
  }
}

/// Reads the index of a checkpoint in several files, which are there.
func readShards(_ bytes: [UInt8]) throws {
  for shard in 1...2 {
    for (kind, ending) in [("model", "safetensors"), ("pytorch_model", "bin")] {
      folder.link(fixtures + "/checkpoints/sharded", "\(kind)-0000\(shard)-of-00002.\(ending)")
    }
  }
  folder.write(bytes, to: "model.index.json")
  try readAll(Checkpoint(path: folder.path("model.index.json")))
}

private func readAll(_ checkpoint: Checkpoint) throws {
  var rest = elementLimit
  for name in checkpoint.names {
    let entry = try checkpoint.entry(name)
    guard entry.count <= rest else { continue }
    rest -= entry.count
    require(entry.float32().count == entry.count)
    var byteCount = 0
    entry.forEachPiece { byteCount += $0.count }
    require(byteCount == entry.count * entry.elementType.byteCount)
    if entry.elementType.isFloatingPoint { continue }
    require(try entry.integers().count == entry.count)
  }
  for name in checkpoint.unreadNames { require(checkpoint[name] == nil) }
}
