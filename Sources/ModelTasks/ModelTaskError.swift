/// Input that a model cannot take: one line that says what and why.
public struct ModelTaskError: Error, Equatable, CustomStringConvertible {
  /// One line that says what is wrong.
  public let description: String

  /// Creates an error.
  public init(_ description: String) { self.description = description }
}
