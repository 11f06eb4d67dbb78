#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file whose bytes are in memory without having been read: the operating system loads each page when it is
/// first touched and can drop it again, so a checkpoint of 7 GB costs only what is used of it.
///
/// The mapping lives as long as this object; everything that points into it holds a reference. The file must
/// not be shortened while it is mapped (``FileSystem`` replaces files and never shortens them).
public final class MappedFile: @unchecked Sendable {
  // Safe to share between threads: all stored properties are constant and the memory is never written.

  /// The path, as it was given.
  public let path: String
  /// All bytes of the file.
  public let bytes: UnsafeRawBufferPointer
  private let isMapping: Bool

  /// Maps the regular file at `path`.
  ///
  /// - Throws: ``DataError`` if it does not exist, is no regular file, or cannot be mapped.
  public init(path: String) throws(DataError) {
    self.path = path
    let (descriptor, count) = try FileSystem.openForReading(path)
    defer { close(descriptor) }
    guard count > 0 else {  // an empty range cannot be mapped
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isMapping = false
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw DataError(.inputOutput, file: path, reason: "cannot be mapped: \(FileSystem.lastError)")
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    isMapping = true
  }

  /// Holds a copy of bytes that came from elsewhere, so that every reader of files reads them too.
  ///
  /// - Parameter name: stands for the path in messages.
  public init(contents: [UInt8], name: String) {
    path = name
    isMapping = false
    guard !contents.isEmpty else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 64)
    copy.copyBytes(from: contents)
    bytes = UnsafeRawBufferPointer(copy)
  }

  deinit {
    if isMapping {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }
}
