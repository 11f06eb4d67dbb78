import Support

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A content of the cache that is not complete yet, with the checksum of what is there.
///
/// Each piece is written at once, so that whatever ends the program leaves a beginning that can be gone on with.
final class PartialFile {
  let file: RemoteFile
  private let path: String
  private let descriptor: Int32
  private var checksum: SHA256?
  /// Bytes that are there.
  private(set) var byteCount = 0
  /// Whether it begins with what an earlier program left: then a wrong checksum need not be the server's fault.
  private(set) var beganEarlier = false

  /// Opens what an earlier download left, or begins anew.
  ///
  /// - Throws: `DataError` if it cannot be written or read.
  init(_ file: RemoteFile, at path: String) throws(DataError) {
    (self.file, self.path) = (file, path)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else {
      throw DataError(.inputOutput, file: path, reason: "cannot be written: \(FileSystem.lastError)")
    }
    if file.isNamedBySHA256 { checksum = SHA256() }
    try readBeginning()
  }

  deinit { close(descriptor) }

  private func failure(_ what: String) -> DataError {
    DataError(.inputOutput, file: path, reason: "\(what): \(FileSystem.lastError)")
  }

  private func readBeginning() throws(DataError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw DataError(.inputOutput, file: path, reason: "is not a regular file")
    }
    let size = Int(status.st_size)
    // Without a number to compare with nothing says whether it is a beginning.
    guard size > 0, let total = file.byteCount, size <= total else { return try restart() }
    beganEarlier = true
    guard checksum != nil else {
      byteCount = size
      return
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while byteCount < size {
      let count = pread(descriptor, buffer.baseAddress, min(buffer.count, size - byteCount), byteCount)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("cannot be read") }
      checksum?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      byteCount += count
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``HubError`` if there are more than the file has, or the disk is full; `DataError` if it cannot be written.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    if let total = file.byteCount, bytes.count > total - byteCount {
      throw HubError(.corrupted, "\(quoted(file.name)) is longer than the \(total) bytes that were announced")
    }
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let count = pwrite(descriptor, start, rest.count, byteCount)
      if count < 0 {
        if errno == EINTR { continue }
        if errno == ENOSPC || errno == EDQUOT { throw diskFull() }
        throw failure("cannot be written")
      }
      checksum?.update(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
      rest = rest.dropFirst(count)
      byteCount += count
    }
  }

  /// Forgets what is there.
  func restart() throws(DataError) {
    guard ftruncate(descriptor, 0) == 0 else { throw failure("cannot be written") }
    byteCount = 0
    beganEarlier = false
    if checksum != nil { checksum = SHA256() }
  }

  /// Whether what is there is what the ETag names: a SHA-256 of the content, or git's SHA-1 of it; of another ETag the
  /// number of bytes alone counts.
  func isRight() throws(DataError) -> Bool {
    if let total = file.byteCount, total != byteCount { return false }
    if let checksum { return checksum.hexadecimal == file.etag }
    guard file.isNamedByGit else { return true }
    return try SHA1.ofGitBlob(atPath: path) == file.etag
  }

  /// Gives it the name of a complete content.
  func complete(as blob: String) throws(DataError) {
    // A rename may reach the disk before the bytes do. Not every file system can synchronize.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP, rename(path, blob) == 0 else {
      throw failure("cannot be completed")
    }
  }

  func remove() { unlink(path) }

  // MARK: Room

  /// Refuses a file that the disk has no room for.
  ///
  /// - Throws: ``HubError`` with what is needed and what is free.
  func requireRoom() throws(HubError) {
    guard let total = file.byteCount, let free = freeByteCount, free < total - byteCount else { return }
    throw diskFull()
  }

  private func diskFull() -> HubError {
    let needed = file.byteCount.map { ByteCount($0 - byteCount).description } ?? "more"
    let free = freeByteCount.map { ", \(ByteCount($0)) are free" } ?? ""
    return HubError(
      .diskFull,
      "the disk of \(FileSystem.directory(of: path)) is too full for \(quoted(file.name)): \(needed) are needed\(free)")
  }

  /// Bytes that can be written; `nil` where the file system does not say.
  private var freeByteCount: Int? {
    var status = statvfs()
    guard fstatvfs(descriptor, &status) == 0, status.f_blocks > 0 else { return nil }
    let (count, isTooLarge) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
    return isTooLarge ? nil : count
  }
}

extension RemoteFile {
  /// Whether the ETag is the SHA-256 of the content.
  var isNamedBySHA256: Bool { etag.utf8.count == 64 && etag.isLowercaseHexadecimal }
  /// Whether the ETag is the SHA-1 by which git knows the content.
  var isNamedByGit: Bool { etag.utf8.count == 40 && etag.isLowercaseHexadecimal }
}
