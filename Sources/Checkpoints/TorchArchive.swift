import Support

/// Reads what `torch.save` writes since PyTorch 1.6: a zip file with a pickle, `data.pkl`, and a stored entry
/// `data/KEY` for each storage. Tensors are views into the mapped file.
enum TorchArchive {
  static func read(_ file: MappedFile) throws -> CheckpointContents {
    let archive = try ZipArchive(file)
    let pickles = archive.entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.utf8.count { $0 == 0x2F } == 1 }
    guard let pickleName = pickles.min(), pickles.count == 1, let pickleEntry = archive.entries[pickleName] else {
      throw DataError(
        .malformed, file: file.path,
        reason: "the zip file has \(pickles.count) entries named data.pkl, so PyTorch did not write it")
    }
    let root = String(pickleName.dropLast("data.pkl".count))
    guard archive.entries[root + "constants.pkl"] == nil else {
      throw DataError(
        .unsupported, file: file.path, reason: "is a TorchScript program, not a checkpoint; save its state_dict")
    }
    if let order = archive.entries[root + "byteorder"], !archive.bytes(order).elementsEqual("little".utf8) {
      throw DataError(
        .unsupported, file: file.path, place: quoted(order.name),
        reason: "the tensors were saved on a big-endian machine")
    }
    let pickle = try Pickle(archive.bytes(pickleEntry), file: file.path)
    guard pickle.end == pickleEntry.range.count else {
      throw DataError(.malformed, file: file.path, place: quoted(pickleName), reason: "bytes follow the pickle")
    }
    return try TorchState.tensors(of: pickle, in: file) { storage in
      let name = "\(root)data/\(storage.key)"
      guard let entry = archive.entries[name] else {
        throw DataError(.malformed, file: file.path, place: quoted(name), reason: "this storage is missing")
      }
      guard entry.range.count == storage.byteCount else {
        throw DataError(
          .malformed, file: file.path, place: quoted(name),
          reason: "\(storage.count) elements of \(storage.elementType) need \(storage.byteCount) bytes, "
            + "but the entry has \(entry.range.count)")
      }
      return entry.range
    }
  }
}
