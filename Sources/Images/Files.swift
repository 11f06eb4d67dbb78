import Foundation

/// Whole files in and out, with the system's reason in each error.
enum Files {
  /// The largest file that is read: 1 GiB, more than any image inside of ``Image/pixelLimit`` needs.
  static let sizeLimit = 1 << 30
  /// The largest file with settings that is read: 1 MiB, a thousand times what they need.
  static let settingsLimit = 1 << 20

  /// The text of a file with settings, which must be a file on disk and small.
  static func settings(_ path: String) throws(ImageError) -> [UInt8] {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw ImageError(.unreadable, file: path, reason: "this is not a regular file")
    }
    return try read(path, limit: settingsLimit)
  }

  /// All bytes of a file.
  ///
  /// - Parameters:
  ///   - path: a file, or something else that ends, such as a pipe.
  ///   - limit: the most bytes that are read.
  static func read(_ path: String, limit sizeLimit: Int = Self.sizeLimit) throws(ImageError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(.unreadable, path) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(.unreadable, path) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw ImageError(.unreadable, file: path, reason: "this is a directory, not an image")
    }
    let expected = Int(status.st_size)
    var bytes = [UInt8](repeating: 0, count: min(max(expected, 0), sizeLimit) + 1)
    var count = 0
    while true {
      if count == bytes.count {
        // A pipe, or a file that grows: its size is known only at its end.
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

  /// Writes a whole file or nothing: under a temporary name in the same directory, then renamed.
  static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
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
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let error = failure(.unwritable, path)
      unlink(temporary)
      throw error
    }
  }

  /// The system's reason for the last failure.
  private static func failure(_ kind: ImageError.Kind, _ path: String) -> ImageError {
    ImageError(kind, file: path, reason: String(cString: strerror(errno)))
  }
}
