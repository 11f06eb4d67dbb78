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

  /// Runs lines of a shell in a folder; `"$@"` stands for the command. No progress is kept, unless the variables say where.
  static func shell(
    _ lines: String, _ arguments: [String], in folder: String = root.path, environment: [String: String] = [:]
  ) throws -> Subprocess {
    try Subprocess.capture(
      "/bin/sh", ["-c", "cd \"$0\" && { \(lines); }", folder, path] + arguments,
      environment: ["SWIFT_BACKTRACE": "enable=no", "COURSE_PROGRESS": ""].merging(environment) { $1 }, timeout: 300)
  }

  /// Copies a program or a folder.
  ///
  /// Another process does it: one that this process has open for writing, if only for a moment, is open in all programs
  /// that other tests start just then, and cannot be run ("Text file busy").
  static func copy(_ source: String, to target: String) throws {
    let result = try Subprocess.capture("/bin/cp", ["-R", source, target], timeout: 60)
    guard result.ending == .exited(0) else { throw CourseError(result.errorText) }
  }
}

extension Subprocess {
  /// Whether it ended with exit code 1, nothing on standard output, and one line of errors that begins as given.
  func isRefusal(_ start: String, code: Int32 = 1) -> Bool {
    ending == .exited(code) && output.isEmpty && errorText.hasPrefix(start)
      && errorText.filter(\.isNewline).count == 1
  }
}
