import Foundation
import Support

/// The file in which a reader answers an exercise.
public struct AnswerFile {
  /// The exercise.
  public let exercise: Exercise
  private let root: URL

  /// - Parameter root: the package's root.
  public init(_ exercise: Exercise, root: URL) {
    self.exercise = exercise
    self.root = root
  }

  /// Path of the file, from the package's root.
  public var path: String { exercise.path(of: .answer) }

  private func url(_ file: Exercise.File) -> URL { root.appending(path: exercise.path(of: file)) }

  /// Whether there is one.
  public var exists: Bool { FileSystem.exists(url(.answer).path) }

  /// Makes the file from the starter, unless it is there.
  public func begin() throws {
    if exists { return }
    let starter = try FileSystem.read(url(.starter).path, limit: 1 << 20)
    try FileSystem.write(starter, to: url(.answer).path)
  }

  /// Puts the starter back. What stood in the file stays beside it, under a name of its own.
  ///
  /// - Returns: the path of what stood there, from the package's root; nil if there was nothing.
  public func reset() throws -> String? {
    var kept: String?
    if exists {
      let name = (1...).lazy.map { "\(exercise.folder)/Answer.\($0).swift" }
        .first { !FileSystem.exists(root.appending(path: $0).path) }
      if let name {
        try FileManager.default.moveItem(at: url(.answer), to: root.appending(path: name))
        kept = name
      }
    }
    try begin()
    return kept
  }
}
