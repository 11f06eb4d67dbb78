import Foundation

/// Whole files in and out, with the system's reason in each error.
package enum Files {
  /// The largest file that is read: 1 GiB, more than any image inside of ``Image/pixelLimit`` needs.
  package static let sizeLimit = 1 << 30
  /// The largest file with settings that is read: 1 MiB, a thousand times what they need.
  package static let settingsLimit = 1 << 20
  /// The largest `config.json` that is read: it may name tens of thousands of labels.
  package static let modelSettingsLimit = 1 << 26

  /// All bytes of a file on disk.
  ///
  /// Nothing else is read: a pipe without a writer would wait for ever, a device may have no end.
  ///
  /// - Parameters:
  ///   - path: what the shell passed.
  ///   - limit: the most bytes that are read.
  package static func read(_ path: String, limit sizeLimit: Int = Self.sizeLimit) throws(ImageError) -> [UInt8] {
    // Without `O_NONBLOCK` the opening itself waits for the writer of a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(.unreadable, path) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(.unreadable, path) }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      throw ImageError(
        .unreadable, file: path, reason: "this is not a regular file\(kind == S_IFDIR ? " but a directory" : "")")
    }
    let expected = Int(status.st_size)
    var bytes = [UInt8](repeating: 0, count: min(max(expected, 0), sizeLimit) + 1)
    var count = 0
    while true {
      if count == bytes.count {
        // A file that grows: its size is known only at its end.
        guard count <= sizeLimit else {
          throw ImageError(.tooLarge, file: path, reason: "the file is larger than \(sizeLimit) bytes")
        }
        bytes.append(contentsOf: repeatElement(0, count: max(count, 1 << 16)))
      }
      let room = bytes.count - count
      let taken = bytes.withUnsafeMutableBytes {
        Foundation.read(descriptor, $0.baseAddress?.advanced(by: count), room)
      }
      if taken == 0 { break }
      if taken < 0 {
        if errno == EINTR { continue }
        throw failure(.unreadable, path)
      }
      count += taken
    }
    guard count <= sizeLimit else {
      throw ImageError(.tooLarge, file: path, reason: "the file is larger than \(sizeLimit) bytes")
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Writes a whole file or nothing: under a temporary name in the same directory, then renamed. File and name are on the
  /// disk when this returns, as far as the file system can tell.
  package static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = "\(path).\(unique).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(.unwritable, path) }

    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let error = failure(.unwritable, path)
        close(descriptor)
        unlink(temporary)
        throw error
      }
      written += count
    }
    // A rename may reach the disk before what was written does.
    let isStored = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP
    let cause = errno
    guard close(descriptor) == 0, isStored, rename(temporary, path) == 0 else {
      if !isStored { errno = cause }
      let error = failure(.unwritable, path)
      unlink(temporary)
      throw error
    }
    // Not every file system lets directories be opened or synchronized; the file itself is safe.
    let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let directory = open(parent, O_RDONLY | O_CLOEXEC)
    if directory >= 0 {
      _ = fsync(directory)
      close(directory)
    }
  }

  /// The system's reason for the last failure.
  private static func failure(_ kind: ImageError.Kind, _ path: String) -> ImageError {
    ImageError(kind, file: path, reason: String(cString: strerror(errno)))
  }
}
