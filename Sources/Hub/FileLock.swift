import Support

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A lock between processes on a file that stays: the one that huggingface_hub's filelock takes (`flock`).
///
/// It goes when this object goes, and with the process, however that ends.
final class FileLock {
  private let descriptor: Int32

  /// Waits for the lock.
  ///
  /// - Parameters:
  ///   - isBusy: called once if somebody else has it.
  ///   - sleep: waits for some seconds.
  /// - Throws: `DataError` if the file cannot be made.
  init(_ path: String, isBusy: () -> Void, sleep: (Double) -> Void) throws(DataError) {
    var hasSaid = false
    while true {
      // Others who share the cache must be able to wait for it, too.
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
      guard descriptor >= 0 else { throw FileSystem.openError(path) }
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
        if !hasSaid { isBusy() }
        hasSaid = true
        sleep(0.2)
      }
      // A lock on a file that was meanwhile removed keeps nobody out. Where a file system has no locks, the checksum
      // still keeps a wrong file out.
      var (held, named) = (stat(), stat())
      if fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }
}
