import Foundation

/// The few calls to the operating system that keep a training from destroying anything.
enum SystemFile {
  /// The system's reason for the last failure.
  static var latestError: String { String(cString: strerror(errno)) }

  /// Why Foundation could not work with a file, in the system's words where it said something.
  static func reason(_ error: any Error) -> String {
    let cause = (error as? CocoaError)?.underlying ?? error
    guard let system = cause as? POSIXError else { return error.localizedDescription }
    return String(cString: strerror(system.code.rawValue))
  }

  /// The names in a directory, sorted; `nil` if it cannot be read.
  static func names(in directory: String) -> [String]? {
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

  /// Whether two paths lead to the same file or directory.
  static func isSame(_ first: String, _ second: String) -> Bool {
    var (a, b) = (stat(), stat())
    return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }

  /// Whether a path is a regular file, and no link to one.
  static func isRegular(_ path: String) -> Bool { kind(of: path) == S_IFREG }

  /// Whether a path is a directory, and no link to one.
  static func isDirectory(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

  /// Whether there is anything at a path, be it a link that leads nowhere.
  static func exists(_ path: String) -> Bool { kind(of: path) != nil }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// Whether a process that has ended left this file or directory: nobody holds its lock, and the process is gone, or its
  /// number has been given to another one and the file is a minute old.
  static func isAbandoned(_ path: String, process: pid_t) -> Bool {
    guard let lock = Lock(path) else { return false }
    defer { lock.release() }
    if kill(process, 0) != 0, errno == ESRCH { return true }
    var status = stat()
    #if canImport(Darwin)
      return lstat(path, &status) == 0 && time(nil) - status.st_mtimespec.tv_sec > 60
    #else
      return lstat(path, &status) == 0 && time(nil) - status.st_mtim.tv_sec > 60
    #endif
  }

  /// The lock of a file or directory, which the system takes back when the process ends, however it ends.
  struct Lock {
    private let descriptor: Int32

    /// Takes the lock; `nil` if another process has it, or it cannot be had.
    init?(_ path: String) {
      descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { return nil }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        return nil
      }
    }

    /// Gives the lock back.
    func release() { close(descriptor) }
  }
}
