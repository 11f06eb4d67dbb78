@testable import Checkpoints

/// Writes zip files, honest and dishonest ones.
struct ZipBuilder {
  struct Entry {
    var name: String
    var bytes: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    /// Sizes in the central directory; those of `bytes` if `nil`.
    var statedSize: UInt64?
    var statedCompressedSize: UInt64?
    /// The offset in the central directory; the true one if `nil`.
    var statedOffset: UInt64?
    /// The name in the local header; `name` if `nil`.
    var localName: String?
    /// Whether sizes follow the data instead of standing in the local header.
    var hasDescriptor = false
  }

  var entries: [Entry] = []
  /// Whether sizes and offsets stand in zip64 fields although they are small.
  var isZip64 = false
  /// What the end record states; the true count if `nil`.
  var statedCount: UInt64?
  var statedDirectoryOffset: UInt64?
  var comment: [UInt8] = []

  func build() -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = UInt64(file.count)
      file += localHeader(entry) + entry.bytes
      if entry.hasDescriptor {
        file += bytes(UInt32(0x0807_4B50)) + bytes(UInt32(0))
        file += bytes(UInt32(entry.bytes.count)) + bytes(UInt32(entry.bytes.count))
      }
      directory += centralHeader(entry, offset: offset)
    }
    let start = statedDirectoryOffset ?? UInt64(file.count)
    let count = statedCount ?? UInt64(entries.count)
    file += directory
    if isZip64 {
      let record = UInt64(file.count)
      file += bytes(UInt32(0x0606_4B50)) + bytes(UInt64(44)) + bytes(UInt16(45)) + bytes(UInt16(45))
      file += bytes(UInt64(0)) + bytes(count) + bytes(count) + bytes(UInt64(directory.count)) + bytes(start)
      file += bytes(UInt32(0x0706_4B50)) + bytes(UInt32(0)) + bytes(record) + bytes(UInt32(1))
    }
    file += bytes(UInt32(0x0605_4B50)) + bytes(UInt32(0))
    let shortCount = isZip64 ? UInt16.max : UInt16(clamping: count)
    file += bytes(shortCount) + bytes(shortCount)
    file += bytes(isZip64 ? .max : UInt32(directory.count)) + bytes(isZip64 ? .max : UInt32(clamping: start))
    return file + bytes(UInt16(comment.count)) + comment
  }

  private func localHeader(_ entry: Entry) -> [UInt8] {
    let name = Array((entry.localName ?? entry.name).utf8)
    let size = entry.hasDescriptor ? 0 : UInt32(entry.bytes.count)
    let flags = entry.flags | (entry.hasDescriptor ? 8 : 0)
    return bytes(UInt32(0x0403_4B50)) + bytes(UInt16(20)) + bytes(flags) + bytes(entry.method)
      + bytes(UInt64(0)) + bytes(size) + bytes(size) + bytes(UInt16(name.count)) + bytes(UInt16(0)) + name
  }

  private func centralHeader(_ entry: Entry, offset: UInt64) -> [UInt8] {
    let name = Array(entry.name.utf8)
    let size = entry.statedSize ?? UInt64(entry.bytes.count)
    let compressed = entry.statedCompressedSize ?? size
    let start = entry.statedOffset ?? offset
    let extra =
      isZip64
      ? bytes(UInt16(0xABCD)) + bytes(UInt16(2)) + [7, 7] + bytes(UInt16(1)) + bytes(UInt16(24)) + bytes(size)
        + bytes(compressed) + bytes(start) : []
    let flags = entry.flags | (entry.hasDescriptor ? 8 : 0)
    var header = bytes(UInt32(0x0201_4B50)) + bytes(UInt16(20)) + bytes(UInt16(20)) + bytes(flags)
    header += bytes(entry.method) + bytes(UInt64(0))
    header += bytes(isZip64 ? .max : UInt32(truncatingIfNeeded: compressed))
    header += bytes(isZip64 ? .max : UInt32(truncatingIfNeeded: size))
    header += bytes(UInt16(name.count)) + bytes(UInt16(extra.count)) + bytes(UInt16(0)) + bytes(UInt64(0))
    header += bytes(isZip64 ? .max : UInt32(truncatingIfNeeded: start))
    return header + name + extra
  }
}

/// Writes pickles opcode by opcode.
enum PickleBuilder {
  static let proto: [UInt8] = [0x80, 2]
  static let stop: [UInt8] = [UInt8(ascii: ".")]

  static func text(_ text: String) -> [UInt8] { [UInt8(ascii: "X")] + bytes(UInt32(text.utf8.count)) + text.utf8 }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(Int64(value)) }

  static func tuple(_ items: [UInt8]...) -> [UInt8] { Array("(".utf8) + items.flatMap { $0 } + Array("t".utf8) }

  static func storage(_ type: String = "FloatStorage", key: String = "0", count: Int) -> [UInt8] {
    tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + Array("Q".utf8)
  }

  /// A call of `_rebuild_tensor_v2`.
  static func tensor(_ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
    let shapeTuple = Array("(".utf8) + shape.flatMap(integer) + Array("t".utf8)
    let stridesTuple = Array("(".utf8) + strides.flatMap(integer) + Array("t".utf8)
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(storage, integer(offset), shapeTuple, stridesTuple, [0x89], Array("}".utf8)) + Array("R".utf8)
  }

  /// A dictionary with one member.
  static func dictionary(_ key: String, _ value: [UInt8]) -> [UInt8] {
    Array("}".utf8) + text(key) + value + Array("s".utf8)
  }

  /// A PyTorch file with this pickle and a storage `0`.
  static func archive(_ pickle: [UInt8], storage: [UInt8] = [0, 0, 0, 0, 0, 0, 128, 63]) -> ZipBuilder {
    ZipBuilder(entries: [
      .init(name: "m/data.pkl", bytes: pickle), .init(name: "m/byteorder", bytes: Array("little".utf8)),
      .init(name: "m/data/0", bytes: storage),
    ])
  }

  /// A file whose one tensor `w` is `[0, 1]`.
  static func validArchive() -> ZipBuilder {
    archive(proto + dictionary("w", tensor(storage(count: 2), shape: [2], strides: [1])) + stop)
  }
}
