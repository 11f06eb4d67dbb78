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
/// not be shortened while it is mapped (the writer of this module replaces files and never shortens them).
public final class MappedFile: @unchecked Sendable {
  // Safe to share between threads: all stored properties are constant and the memory is never written.

  /// The path, as it was given.
  public let path: String
  /// All bytes of the file.
  public let bytes: UnsafeRawBufferPointer
  private let isMapping: Bool

  /// Maps the regular file at `path`.
  ///
  /// - Throws: ``CheckpointError`` if it does not exist, is no regular file, or cannot be mapped.
  public init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileSystem.openError(path) }
    defer { close(descriptor) }
    guard case .file(let count)? = FileSystem.item(descriptor: descriptor) else {
      throw CheckpointError(.inputOutput, file: path, reason: "is not a regular file")
    }
    guard count > 0 else {  // an empty range cannot be mapped
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isMapping = false
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw CheckpointError(.inputOutput, file: path, reason: "cannot be mapped: \(FileSystem.lastError)")
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

  /// What a file that is evidently not a checkpoint seems to be, for a message that helps.
  var foreignContent: String? {
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
}
