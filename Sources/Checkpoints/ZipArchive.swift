import Support

/// The directory of a zip file whose entries are stored without compression, as PyTorch writes them.
///
/// Compressed or encrypted entries are refused, so no entry can be larger than the file, and every entry's range
/// is checked: inside the file, not overlapping another, the same name in both of its headers. Checksums are
/// not verified: that would read the whole file, and PyTorch can be told to leave them out.
struct ZipArchive {
  /// A stored entry: a range of the file.
  struct Entry {
    let name: String
    let range: Range<Int>
  }

  /// The entries by name.
  private(set) var entries: [String: Entry] = [:]
  let file: MappedFile

  /// More entries than any real checkpoint has.
  static let entryLimit = 200_000

  /// Where the central directory is and how many entries it lists.
  private struct Directory {
    var offset: Int
    var size: Int
    var count: Int
    /// Where the records behind the directory begin.
    var end: Int
  }

  init(_ file: MappedFile) throws {
    self.file = file
    let directory = try Self.findDirectory(file)
    guard directory.count <= Self.entryLimit else {
      throw DataError(
        .tooLarge, file: file.path, reason: "\(directory.count) zip entries exceed the limit of \(Self.entryLimit)")
    }
    let (directoryEnd, overflow) = directory.offset.addingReportingOverflow(directory.size)
    guard !overflow, directory.offset >= 0, directoryEnd <= directory.end else {
      throw DataError(.malformed, file: file.path, reason: "the zip directory lies outside the file")
    }
    var reader = try ByteReader(
      UnsafeRawBufferPointer(rebasing: file.bytes[..<directoryEnd]), file: file.path, offset: directory.offset)
    var ranges: [(start: Int, end: Int, name: String)] = []
    for _ in 0..<directory.count {
      let (entry, start) = try Self.readEntry(&reader, file: file, dataEnd: directory.offset)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw DataError(.malformed, file: file.path, place: quoted(entry.name), reason: "the entry occurs twice")
      }
      ranges.append((start, entry.range.upperBound, entry.name))
    }
    guard reader.remaining == 0 else {
      throw DataError(
        .malformed, file: file.path, reason: "the zip directory holds more than its \(directory.count) entries")
    }
    ranges.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    for (previous, entry) in zip(ranges, ranges.dropFirst()) where entry.start < previous.end {
      throw DataError(
        .malformed, file: file.path, place: quoted(entry.name), reason: "overlaps the entry \(quoted(previous.name))")
    }
  }

  /// The bytes of an entry, in the mapping.
  func bytes(_ entry: Entry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
  }

  // MARK: The end of the central directory

  private static func findDirectory(_ file: MappedFile) throws -> Directory {
    let bytes = file.bytes
    let recordSize = 22
    // The record is followed by a comment of at most 65,535 bytes, whose length it states.
    var position = bytes.count - recordSize
    let first = max(0, position - 65_535)
    while position >= first {
      if bytes[position] == 0x50, bytes[position + 1] == 0x4B, bytes[position + 2] == 5, bytes[position + 3] == 6 {
        let commentLength = Int(bytes[position + 20]) | Int(bytes[position + 21]) << 8
        if position + recordSize + commentLength == bytes.count {
          return try readDirectory(file, record: position)
        }
      }
      position -= 1
    }
    throw DataError(
      .malformed, file: file.path, reason: "the zip file has no directory at its end; it is truncated")
  }

  private static func readDirectory(_ file: MappedFile, record: Int) throws -> Directory {
    var reader = try ByteReader(file.bytes, file: file.path, offset: record + 4)
    let disks = (try reader.integer(UInt16.self), try reader.integer(UInt16.self))
    let count = (try reader.integer(UInt16.self), try reader.integer(UInt16.self))
    let size = try reader.integer(UInt32.self)
    let offset = try reader.integer(UInt32.self)
    var directory = Directory(offset: Int(offset), size: Int(size), count: Int(count.1), end: record)
    var isSingle = disks == (0, 0) && count.0 == count.1
    if count.1 == .max || size == .max || offset == .max, record >= 20,
      let wide = try readZip64(file, locator: record - 20, isSingle: &isSingle)
    {
      directory = wide
    }
    guard isSingle else {
      throw DataError(.unsupported, file: file.path, reason: "the zip file is split over several disks")
    }
    return directory
  }

  private static func readZip64(_ file: MappedFile, locator: Int, isSingle: inout Bool) throws -> Directory? {
    var reader = try ByteReader(file.bytes, file: file.path, offset: locator)
    guard try reader.integer(UInt32.self) == 0x0706_4B50 else { return nil }
    _ = try reader.integer(UInt32.self)  // the disk of the record; checked below, in the record itself
    let record = try reader.length()
    guard record <= locator - 56 else {
      throw DataError(.malformed, file: file.path, reason: "the zip64 record lies outside the file")
    }
    try reader.seek(to: record)
    guard try reader.integer(UInt32.self) == 0x0606_4B50 else {
      throw DataError(.malformed, file: file.path, place: "byte \(record)", reason: "no zip64 record is here")
    }
    _ = try reader.take(12)  // its own size, and versions
    let disks = (try reader.integer(UInt32.self), try reader.integer(UInt32.self))
    let count = (try reader.length(), try reader.length())
    let size = try reader.length()
    let offset = try reader.length()
    isSingle = disks == (0, 0) && count.0 == count.1
    return Directory(offset: offset, size: size, count: count.1, end: record)
  }

  // MARK: Entries

  private static func readEntry(
    _ reader: inout ByteReader, file: MappedFile, dataEnd: Int
  ) throws -> (Entry, start: Int) {
    let place = reader.offset
    guard try reader.integer(UInt32.self) == 0x0201_4B50 else {
      throw DataError(
        .malformed, file: file.path, place: "byte \(place)", reason: "no entry of the zip directory is here")
    }
    _ = try reader.take(4)  // versions
    let flags = try reader.integer(UInt16.self)
    let method = try reader.integer(UInt16.self)
    _ = try reader.take(8)  // time, date, checksum
    var compressedSize = Int(try reader.integer(UInt32.self))
    var size = Int(try reader.integer(UInt32.self))
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    let commentLength = Int(try reader.integer(UInt16.self))
    _ = try reader.take(8)  // disk and attributes
    var start = Int(try reader.integer(UInt32.self))
    let nameBytes = try reader.take(nameLength)
    let name = try reader.text(nameBytes, at: place)
    let extra = try reader.take(extraLength)
    _ = try reader.take(commentLength)
    try readZip64Extra(extra, file: file, size: &size, compressedSize: &compressedSize, start: &start)

    func failure(_ kind: DataError.Kind, _ reason: String) -> DataError {
      DataError(kind, file: file.path, place: quoted(name), reason: reason)
    }
    guard flags & 0x2041 == 0 else { throw failure(.unsupported, "the entry is encrypted") }
    guard method == 0 else {
      throw failure(.unsupported, "the entry is compressed; PyTorch stores tensors without compression")
    }
    guard size == compressedSize else {
      throw failure(.malformed, "the stored entry states two sizes, \(size) and \(compressedSize)")
    }
    let dataStart = try localDataStart(file, name: nameBytes, quotedName: name, start: start, dataEnd: dataEnd)
    guard size <= dataEnd - dataStart else {
      throw failure(.malformed, "the entry's \(size) bytes reach beyond the zip file's data")
    }
    return (Entry(name: name, range: dataStart..<(dataStart + size)), start)
  }

  /// Sizes and offsets of four gigabytes and more stand in an extra field, in this order.
  private static func readZip64Extra(
    _ extra: UnsafeRawBufferPointer, file: MappedFile, size: inout Int, compressedSize: inout Int, start: inout Int
  ) throws {
    let saturated = Int(UInt32.max)
    guard size == saturated || compressedSize == saturated || start == saturated else { return }
    var reader = try ByteReader(extra, file: file.path)
    while reader.remaining >= 4 {
      let identifier = try reader.integer(UInt16.self)
      let length = Int(try reader.integer(UInt16.self))
      guard identifier == 1 else {
        _ = try reader.take(length)
        continue
      }
      if size == saturated { size = try reader.length() }
      if compressedSize == saturated { compressedSize = try reader.length() }
      if start == saturated { start = try reader.length() }
      return
    }
  }

  /// Where the entry's bytes begin, behind the local header at `start`.
  private static func localDataStart(
    _ file: MappedFile, name: UnsafeRawBufferPointer, quotedName: String, start: Int, dataEnd: Int
  ) throws -> Int {
    func failure(_ reason: String) -> DataError {
      DataError(.malformed, file: file.path, place: quoted(quotedName), reason: reason)
    }
    guard start >= 0, start < dataEnd else { throw failure("the entry lies outside the zip file's data") }
    var reader = try ByteReader(
      UnsafeRawBufferPointer(rebasing: file.bytes[..<dataEnd]), file: file.path, offset: start)
    guard try reader.integer(UInt32.self) == 0x0403_4B50 else {
      throw failure("no zip entry is at its offset \(start)")
    }
    _ = try reader.take(4)  // version, flags
    guard try reader.integer(UInt16.self) == 0 else { throw failure("its two headers state different methods") }
    _ = try reader.take(16)  // time, date, checksum, sizes (zero before a data descriptor)
    let nameLength = Int(try reader.integer(UInt16.self))
    let extraLength = Int(try reader.integer(UInt16.self))
    guard try reader.take(nameLength).elementsEqual(name) else { throw failure("its two headers differ in the name") }
    _ = try reader.take(extraLength)
    return reader.offset
  }
}
