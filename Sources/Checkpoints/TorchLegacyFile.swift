import Support

/// Reads what `torch.save` wrote before PyTorch 1.6, as many older checkpoints still are: five pickles one after
/// another (a magic number, a version, the machine, the state, the keys of the storages), then for each storage
/// its number of elements and their bytes. Tensors are views into the mapped file here too.
enum TorchLegacyFile {
  static func read(_ file: MappedFile) throws -> CheckpointContents {
    func failure(_ reason: String, _ kind: DataError.Kind = .malformed) -> DataError {
      DataError(kind, file: file.path, reason: reason)
    }
    // 0x1950A86A20F9469CFC6C as ten little-endian bytes, the argument of LONG1.
    let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    guard file.bytes.dropFirst(2).starts(with: magic) else {
      throw failure("is a pickle, but not one that torch.save wrote", .unsupported)
    }
    let magicNumber = try Pickle(file.bytes, file: file.path)
    let version = try Pickle(file.bytes, file: file.path, offset: magicNumber.end)
    guard case .integer(1001) = version.root else {
      throw failure("the version of the format is unknown", .unsupported)
    }
    let machine = try Pickle(file.bytes, file: file.path, offset: version.end)
    guard isLittleEndian(machine) else {
      throw failure("the tensors were saved on a big-endian machine", .unsupported)
    }
    let state = try Pickle(file.bytes, file: file.path, offset: machine.end)
    let keys = try Pickle(file.bytes, file: file.path, offset: state.end)
    guard let keyValues = keys.heap.sequence(keys.root) else { throw failure("the list of storages is missing") }

    var types: [String: PickleElementType] = [:]
    try collectTypes(state, into: &types, file: file.path)
    var ranges: [String: Range<Int>] = [:]
    var reader = try ByteReader(file.bytes, file: file.path, offset: keys.end)
    for value in keyValues {
      guard case .string(let key) = value else { throw failure("the key of a storage is no text") }
      guard let type = types[key] else { throw failure("the storage \(quoted(key)) belongs to no tensor") }
      let (byteCount, overflow) = try reader.length().multipliedReportingOverflow(by: type.byteCount)
      guard !overflow else { throw failure("the size of the storage \(quoted(key)) overflows") }
      let start = reader.offset
      _ = try reader.take(byteCount)
      guard ranges.updateValue(start..<reader.offset, forKey: key) == nil else {
        throw failure("the storage \(quoted(key)) occurs twice")
      }
    }
    guard reader.remaining == 0 else { throw failure("\(reader.remaining) bytes follow the last storage") }
    return try TorchState.tensors(of: state, in: file) { storage in
      guard let range = ranges[storage.key] else { throw failure("the storage \(quoted(storage.key)) is missing") }
      guard range.count == storage.byteCount else {
        throw failure(
          "the storage \(quoted(storage.key)) has \(range.count) bytes, not the \(storage.byteCount) "
            + "that its tensors expect")
      }
      return range
    }
  }

  private static func isLittleEndian(_ machine: Pickle) -> Bool {
    guard case .container(let index) = machine.root, machine.heap.kinds[index] == .dictionary else { return false }
    let items = machine.heap.items[index]
    for position in stride(from: 0, to: items.count, by: 2) {
      if case .string("little_endian") = items[position], case .bool(let value) = items[position + 1] { return value }
    }
    return false
  }

  /// The element type of each storage, which the storages' own bytes do not tell.
  private static func collectTypes(_ pickle: Pickle, into types: inout [String: PickleElementType], file: String) throws
  {
    for storage in pickle.storages {
      if let known = types.updateValue(storage.elementType, forKey: storage.key), known != storage.elementType {
        throw DataError(
          .malformed, file: file, reason: "the storage \(quoted(storage.key)) has two element types")
      }
    }
  }
}
