import Foundation

/// A moment as the reader's clock shows it.
public struct LocalTime: Equatable, Sendable {
  /// `2026-11-26`.
  public let date: String
  /// `14:02`.
  public let minute: String
  /// `14:02:31`.
  public let second: String

  /// The time now.
  public static var now: LocalTime { LocalTime(time(nil)) }

  /// A moment in seconds since 1970, in the zone of this process.
  init(_ seconds: time_t) {
    var seconds = seconds
    var parts = tm()
    localtime_r(&seconds, &parts)
    let padded = { (value: Int32) in value < 10 ? "0\(value)" : "\(value)" }
    date = "\(1900 + Int(parts.tm_year))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    minute = "\(padded(parts.tm_hour)):\(padded(parts.tm_min))"
    second = "\(minute):\(padded(parts.tm_sec))"
  }
}
