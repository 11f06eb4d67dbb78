/// Input that a model cannot take: one line that says what and why.
public struct ModelTaskError: Error, Equatable, CustomStringConvertible {
  /// One line that says what is wrong.
  public let description: String

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - description: one line that says what is wrong.
  ///   - file: the file or directory at fault, which stands in front.
  public init(_ description: String, file: String? = nil) {
    self.description = file.map { "\($0): \(description)" } ?? description
  }
}
