/// What a download reports while it goes on, on the thread that asked for it.
public enum DownloadEvent: Equatable, Sendable {
  /// A line for the reader, said once: that a download begins, that another process holds the lock, that the cache is used.
  case hint(String)
  /// How far a file is; ten times a second at most, and once when it is complete.
  case progress(DownloadProgress)
}

/// How far the download of a file is.
public struct DownloadProgress: Equatable, Sendable {
  /// The file's name.
  public var file: String
  /// Bytes that are there, those of an earlier download too.
  public var byteCount: Int
  /// Bytes of the whole file, if the server says so.
  public var totalByteCount: Int?
  /// Bytes a second, lately; `nil` before anything can be said.
  public var rate: Double?

  /// A state of a download.
  public init(file: String, byteCount: Int, totalByteCount: Int?, rate: Double?) {
    self.file = file
    self.byteCount = byteCount
    self.totalByteCount = totalByteCount
    self.rate = rate
  }
}
