import Foundation

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

  /// Why Foundation could not work with a file: in the system's words, where the system said something.
  public static func reason(_ error: any Error) -> String {
    let cause = (error as? CocoaError)?.underlying ?? error
    guard let system = cause as? POSIXError else { return error.localizedDescription }
    return String(cString: strerror(system.code.rawValue))
  }
}
