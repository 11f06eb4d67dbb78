/// Data that cannot be used: which file, where in it, and why.
///
/// Every reader and writer of files throws this one type. Its ``description`` is a single line, whatever bytes the
/// file held: control characters are spelled out.
public struct DataError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is, for callers that decide by it.
  public enum Kind: String, Equatable, Sendable {
    /// The file or the name asked for does not exist.
    case notFound
    /// The operating system refused to open, read, map or write the file.
    case inputOutput
    /// The bytes contradict the file format, or each other.
    case malformed
    /// Valid data that use something this project does not read, such as an unknown element type.
    case unsupported
    /// A limit on size, depth or count is exceeded, so reading on could exhaust memory or time.
    case tooLarge
    /// The file asks for code to be run, as a malicious pickle does. Nothing was executed.
    case forbidden
    /// A tensor or setting has another shape or type than the model needs.
    case mismatch
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// The path of the file, as it was given; `nil` for data in memory.
  public let file: String?
  /// The place in the file: a line, a byte offset, a tensor's name or a key path; `nil` for the file as a whole.
  public let place: String?
  /// The reason, as a clause.
  public let reason: String

  /// Creates an error.
  public init(_ kind: Kind = .malformed, file: String? = nil, place: String? = nil, reason: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.reason = reason
  }

  /// One line: file, place, reason.
  public var description: String {
    printable([file, place, reason].compactMap(\.self).joined(separator: ": "), keepingLines: false)
  }

  /// The same error, said of a file.
  package func naming(_ file: String) -> DataError {
    DataError(kind, file: file, place: place, reason: reason)
  }
}
