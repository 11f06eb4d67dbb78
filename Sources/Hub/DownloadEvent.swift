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

  /// Whether all is there.
  public var isComplete: Bool { byteCount == totalByteCount }

  /// In a line of at most 79 columns, unless the file's name is a long one:
  /// `model.safetensors  [###-------]   37%  224.1 of 605.2 MB  11.2 MB/s  0:34 left`.
  public var text: String {
    var parts = [file]
    if let total = totalByteCount, total > 0 {
      let share = { (whole: Int) in Int((Double(byteCount) / Double(total) * Double(whole)).rounded(.down)) }
      let (filled, percent) = (min(share(10), 10), String(min(share(100), 100)))
      parts.append("[" + String(repeating: "#", count: filled) + String(repeating: "-", count: 10 - filled) + "]")
      parts.append(String(repeating: " ", count: 3 - percent.utf8.count) + percent + "%")
      parts.append(ByteCount(byteCount).of(total))
    } else {
      parts.append("\(ByteCount(byteCount))")
    }
    if let rate, !isComplete {
      parts.append("\(ByteCount(Int(rate)))/s")
      if let total = totalByteCount, rate >= 1 {
        let seconds = min(Int(Double(total - byteCount) / rate + 0.5), 359_999)
        parts.append("\(Self.clock(seconds)) left")
      }
    }
    return parts.joined(separator: "  ")
  }

  /// `0:34`, `12:05`, `1:02:03`.
  private static func clock(_ seconds: Int) -> String {
    let twoDigits = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let start = hours > 0 ? "\(hours):\(twoDigits(minutes))" : "\(minutes)"
    return "\(start):\(twoDigits(seconds % 60))"
  }
}

/// Bytes a second over the last seconds.
struct RateMeter {
  private static let span = 5.0
  private var samples: [(time: Double, byteCount: Int)] = []
  private var byteCount = 0
  private var reported: Double?

  /// Counts bytes that arrived.
  ///
  /// - Returns: whether it is time to report again: after a tenth of a second.
  mutating func count(_ bytes: Int, at time: Double) -> Bool {
    if samples.isEmpty { samples.append((time, 0)) }
    byteCount += bytes
    guard time - (reported ?? -.infinity) >= 0.1 else { return false }
    reported = time
    samples.append((time, byteCount))
    while samples.count > 2, time - samples[1].time > Self.span { samples.removeFirst() }
    return true
  }

  /// Bytes a second; `nil` before half a second has passed.
  var rate: Double? {
    guard let first = samples.first, let last = samples.last, last.time - first.time >= 0.5 else { return nil }
    return Double(last.byteCount - first.byteCount) / (last.time - first.time)
  }
}
