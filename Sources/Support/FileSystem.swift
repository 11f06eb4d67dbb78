// Calls to the operating system, without Foundation.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Questions about paths, and whole files in and out.
package enum FileSystem {
  /// What a path leads to.
  package enum Item: Equatable {
    case file(byteCount: Int)
    case directory
    case other
  }

  /// What `path` leads to; `nil` if there is nothing.
  ///
  /// - Parameter followingLinks: otherwise a link is something else than a file or a directory.
  package static func item(at path: String, followingLinks: Bool = true) -> Item? {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
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
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The names in a directory, sorted; `nil` if it cannot be read.
  package static func names(in directory: String) -> [String]? {
    guard let stream = opendir(directory) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes a directory and those above it, where they are missing.
  ///
  /// - Throws: ``DataError`` if one cannot be made.
  package static func makeDirectory(_ path: String) throws(DataError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for component in path.split(separator: "/") {
      prefix += component + "/"
      if mkdir(prefix, 0o777) == 0 || errno == EEXIST { continue }
      let reason = lastError
      guard item(at: prefix) == .directory else {
        throw DataError(.inputOutput, file: path, reason: "cannot be made: \(reason)")
      }
    }
    guard item(at: path) == .directory else {
      throw DataError(.inputOutput, file: path, reason: "cannot be made: Not a directory")
    }
  }

  /// Removes a file, or a link.
  ///
  /// - Throws: ``DataError`` if it cannot be removed.
  package static func remove(_ path: String) throws(DataError) {
    guard unlink(path) != 0 else { return }
    throw DataError(.inputOutput, file: path, reason: "cannot be removed: \(lastError)")
  }

  /// The operating system's text for the last error.
  package static var lastError: String { String(cString: strerror(errno)) }

  /// The error for a path that cannot be opened.
  package static func openError(_ path: String) -> DataError {
    let code = errno
    guard code == ENOENT || code == ENOTDIR else {
      // A socket cannot be opened as a file.
      let reason = code == ENXIO ? "is not a regular file" : "cannot be opened: \(String(cString: strerror(code)))"
      return DataError(.inputOutput, file: path, reason: reason)
    }
    if exists(path) { return DataError(.notFound, file: path, reason: "is a link that leads nowhere") }
    return DataError(.notFound, file: path, reason: "no such file")
  }

  // MARK: Reading

  /// Opens a regular file for reading; the caller closes it.
  ///
  /// Nothing else is read: a pipe without a writer would wait for ever, a device may have no end.
  static func openForReading(_ path: String) throws(DataError) -> (descriptor: Int32, byteCount: Int) {
    // Without `O_NONBLOCK` the opening itself waits for the writer of a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw openError(path) }
    var status = stat()
    let item = fstat(descriptor, &status) == 0 ? item(status) : .other
    if case .file(let byteCount) = item { return (descriptor, byteCount) }
    close(descriptor)
    throw DataError(
      .inputOutput, file: path, reason: "is not a regular file\(item == .directory ? " but a directory" : "")")
  }

  /// All bytes of a regular file.
  ///
  /// - Parameter limit: the most bytes that are read.
  /// - Throws: ``DataError`` if it cannot be read or is larger.
  package static func read(_ path: String, limit: Int) throws(DataError) -> [UInt8] {
    let (descriptor, expected) = try openForReading(path)
    defer { close(descriptor) }
    // One more than expected, to see the end; a file may have grown, or have no size before it is read (`/proc`).
    var bytes = [UInt8](repeating: 0, count: min(max(expected, 0), limit) + 1)
    var count = 0
    while count <= limit {
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: max(count, 1 << 16))) }
      let taken = bytes.withUnsafeMutableBytes {
        readBytes(descriptor, UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
      }
      if taken < 0, errno != EINTR {
        throw DataError(.inputOutput, file: path, reason: "cannot be read: \(lastError)")
      }
      if taken == 0 {
        bytes.removeLast(bytes.count - count)
        return bytes
      }
      count += max(taken, 0)
    }
    throw DataError(.tooLarge, file: path, reason: "is larger than \(limit) bytes")
  }

  /// The text of a regular file in UTF-8.
  ///
  /// - Parameter limit: the most bytes that are read.
  /// - Throws: ``DataError`` if it cannot be read, is larger, or is not UTF-8: then with the line.
  package static func readText(_ path: String, limit: Int) throws(DataError) -> String {
    let bytes = try read(path, limit: limit)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let line = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .firstIndex { String(validating: $0, as: UTF8.self) == nil }
    throw DataError(file: path, place: line.map { "line \($0 + 1)" }, reason: "the text is not UTF-8")
  }

  // MARK: Writing

  /// Writes a file that appears complete or not at all; it is on the disk when this returns.
  ///
  /// - Throws: ``DataError`` if it cannot be written.
  package static func write(_ bytes: [UInt8], to path: String) throws(DataError) {
    let file = try AtomicFile(path)
    try file.append(bytes)
    try file.commit()
  }

  /// Writes a text as UTF-8, as ``write(_:to:)-([UInt8],_)`` does.
  package static func write(_ text: String, to path: String) throws(DataError) { try write(Array(text.utf8), to: path) }
}

/// The operating system's `read`, whose name ``FileSystem`` hides.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

/// A file that appears at its path complete, or not at all.
///
/// The bytes go to a new file in the same directory, which is synchronized and renamed by ``commit()``; without that it
/// is removed when this object goes.
package final class AtomicFile {
  private let path, temporary: String
  private var descriptor: Int32

  /// Begins a file.
  ///
  /// - Throws: ``DataError`` if nothing can be written there.
  package init(_ path: String) throws(DataError) {
    self.path = path
    temporary = "\(path).\(getpid()).\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).partial"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw error() }
    // Held until the file is complete, so that it can be told from one that a killed program left.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  private func error(_ code: Int32 = errno) -> DataError {
    DataError(.inputOutput, file: path, reason: "cannot be written: \(String(cString: strerror(code)))")
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``DataError`` if they cannot be written.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let written = write(descriptor, start, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw error()
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``DataError`` if they cannot be written.
  package func append(_ bytes: [UInt8]) throws(DataError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(DataError) in try append(UnsafeRawBufferPointer(bytes)) }
  }

  /// Gives the file its name, in place of a file that has it.
  ///
  /// - Throws: ``DataError`` if it cannot be written.
  package func commit() throws(DataError) {
    // A rename may reach the disk before the bytes do. Not every file system can synchronize.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP, rename(temporary, path) == 0 else {
      throw error()
    }
    close(descriptor)
    descriptor = -1
    let directory = open(FileSystem.directory(of: path), O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }  // the name may be lost with the machine's power, the file may not
    fsync(directory)
    close(directory)
  }
}
