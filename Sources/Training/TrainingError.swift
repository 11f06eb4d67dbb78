/// Why a training cannot go on: one line that names the file and the reason.
public struct TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or directory at fault; `nil` when none is involved.
  public let file: String?
  /// What is wrong.
  public let reason: String

  /// An error about a file.
  public init(file: String? = nil, reason: String) {
    self.file = file
    self.reason = reason
  }

  /// `file: reason`.
  public var description: String { [file, reason].compactMap { $0 }.joined(separator: ": ") }
}
