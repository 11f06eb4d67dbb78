/// Something that keeps the `course` command from doing its work, in one clear line.
public struct CourseError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public let description: String

  /// An error by its line.
  ///
  /// - Parameter description: one line, without a full stop.
  public init(_ description: String) {
    self.description = description
  }
}
