/// Why a tokenizer could not be loaded or used: the file, the place in it, and the reason, in one line.
public struct TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file at fault, as it was named by the caller; `nil` when no file is involved.
  public let file: String?
  /// Where in the file: a line, or the path of a JSON value such as `model.merges[3]`.
  public let place: String?
  /// What is wrong there.
  public let reason: String

  /// Creates an error.
  public init(file: String? = nil, place: String? = nil, reason: String) {
    self.file = file
    self.place = place
    self.reason = reason
  }

  /// One line: file, place, reason.
  public var description: String {
    [file, place, reason].compactMap { $0 }.joined(separator: ": ")
  }
}
