/// Why a data set could not be had: one line that names the file, the place in it and the reason.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The resource's name.
  public let file: String
  /// Where in the file, or nil where no place can be named.
  public let place: String?
  /// What was wrong, in words.
  public let reason: String

  /// An error at a `place` in a `file`.
  public init(file: String, place: String? = nil, reason: String) {
    self.file = file
    self.place = place
    self.reason = reason
  }

  /// `file: at place: reason`.
  public var description: String {
    [file, place.map { "at \($0)" }, reason].compactMap { $0 }.joined(separator: ": ")
  }
}
