/// Writes zip files, honest and dishonest ones.
package struct ZipBuilder {
  package struct Entry {
    package var name: String
    package var bytes: [UInt8]
    package var method: UInt16 = 0
    package var flags: UInt16 = 0
    /// Sizes in the central directory; those of `bytes` if `nil`.
    package var statedSize: UInt64?
    package var statedCompressedSize: UInt64?
    /// The offset in the central directory; the true one if `nil`.
    package var statedOffset: UInt64?
    /// The name in the local header; `name` if `nil`.
    package var localName: String?
    /// Whether sizes follow the data instead of standing in the local header.
    package var hasDescriptor = false

    package init(name: String, bytes: [UInt8], statedOffset: UInt64? = nil) {
      self.name = name
      self.bytes = bytes
      self.statedOffset = statedOffset
    }
  }

  package var entries: [Entry]
  /// Whether sizes and offsets stand in zip64 fields although they are small.
  package var isZip64 = false
  /// What the end record states; the true count if `nil`.
  package var statedCount: UInt64?
  package var statedDirectoryOffset: UInt64?
  package var comment: [UInt8] = []

  package init(entries: [Entry] = []) { self.entries = entries }

  package func build() -> [UInt8] {
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

/// Little-endian bytes of a number.
func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
