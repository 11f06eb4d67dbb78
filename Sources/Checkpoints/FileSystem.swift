// The few calls to the operating system that this module makes, without Foundation.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Questions about paths, and whole-file reading and writing.
package enum FileSystem {
  /// What a path leads to.
  package enum Item: Equatable {
    case file(byteCount: Int)
    case directory
    case other
  }

  /// What `path` leads to, following links; `nil` if there is nothing.
  package static func item(at path: String) -> Item? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return item(status)
  }

  /// What an open file is.
  package static func item(descriptor: Int32) -> Item? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return item(status)
  }

  private static func item(_ status: stat) -> Item {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file(byteCount: Int(status.st_size))
    case S_IFDIR: .directory
    default: .other
    }
  }

  /// Whether there is anything at `path`: a link that leads nowhere and what may not be looked at count, too, so that the
  /// attempt to open it says what is wrong with it.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  /// Whether `name`, which a file of a directory says, leads to a place within that directory: such a file must not be
  /// able to point at any file of the machine.
  package static func staysInside(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return name.utf8.count <= 255 && !name.utf8.contains(0) && !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
  }

  package static func join(_ directory: String, _ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }

  /// `path` without its last component; `"."` if it has only one.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The operating system's text for the last error.
  static var lastError: String { String(cString: strerror(errno)) }

  /// The error for a path that cannot be opened.
  package static func openError(_ path: String) -> CheckpointError {
    let code = errno
    guard code == ENOENT || code == ENOTDIR else {
      // A socket cannot be opened as a file.
      let reason = code == ENXIO ? "is not a regular file" : "cannot be opened: \(String(cString: strerror(code)))"
      return CheckpointError(.inputOutput, file: path, reason: reason)
    }
    if exists(path) { return CheckpointError(.notFound, file: path, reason: "is a link that leads nowhere") }
    return CheckpointError(.notFound, file: path, reason: "no such file")
  }

  /// Calls `body` with a function that appends bytes; the file appears at `path` complete or not at all.
  ///
  /// The bytes go to a new file beside it, which is synchronized and renamed at the end and removed on error.
  static func writeAtomically(
    to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let temporary = "\(path).\(getpid()).\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CheckpointError(.inputOutput, file: path, reason: "cannot be written: \(lastError)")
    }
    do {
      do {
        defer { close(descriptor) }
        // Held until the file is complete, so that it can be told from one that a killed program left.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        try body { try append($0, to: descriptor, path: path) }
        guard fsync(descriptor) == 0 else {
          throw CheckpointError(.inputOutput, file: path, reason: "cannot be written: \(lastError)")
        }
      }
      guard rename(temporary, path) == 0 else {
        throw CheckpointError(.inputOutput, file: path, reason: "cannot be replaced: \(lastError)")
      }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let written = write(descriptor, start, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw CheckpointError(.inputOutput, file: path, reason: "cannot be written: \(lastError)")
      }
      rest = rest.dropFirst(written)
    }
  }
}
