import CourseKit
import Foundation
import TestSupport

/// The `course` command, run as a program.
enum CourseProgram {
  /// This package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let path = BuiltPrograms.path(of: "course")

  /// Runs a command in a folder.
  static func run(_ arguments: [String], in folder: String = root.path) throws -> Subprocess {
    try shell("exec \"$@\"", arguments, in: folder)
  }

  /// Runs lines of a shell in a folder; `"$@"` stands for the command.
  static func shell(_ lines: String, _ arguments: [String], in folder: String = root.path) throws -> Subprocess {
    try Subprocess.capture(
      "/bin/sh", ["-c", "cd \"$0\" && { \(lines); }", folder, path] + arguments,
      environment: ["SWIFT_BACKTRACE": "enable=no"], timeout: 300)
  }
}

extension Subprocess {
  /// Whether it ended with exit code 1, nothing on standard output, and one line of errors that begins as given.
  func isRefusal(_ start: String, code: Int32 = 1) -> Bool {
    ending == .exited(code) && output.isEmpty && errorText.hasPrefix(start)
      && errorText.filter(\.isNewline).count == 1
  }
}
