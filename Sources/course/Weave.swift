import ArgumentParser
import CourseKit
import Foundation
import Notebook
import Support
import Weaver

/// A folder for one run's trace and figures, gone when it is no longer needed.
struct RunFolder: ~Copyable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "course-\(UUID().uuidString)").path
    try FileSystem.makeDirectory(path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension Workspace {
  /// Runs a lesson and, if it prints what is expected, hands the folder with its trace and figures on.
  ///
  /// - Parameters:
  ///   - arguments: flags for the lesson, which must not change its output.
  ///   - reportsAll: whether a good outcome is printed, too.
  /// - Returns: whether it printed what is expected; otherwise the difference was printed.
  func withGoldenRun(
    of lesson: LessonEntry, timeout: Double, arguments: [String] = [], reportsAll: Bool = false,
    _ body: (String) throws -> Void
  ) throws -> Bool {
    let check = GoldenCheck(root: root, timeout: timeout)
    let executable = try products.currentExecutable(of: lesson)
    let folder = try RunFolder()
    let outcome = try check.check(
      lesson, executable: executable, arguments: arguments + Weaver.arguments(in: folder.path))
    if reportsAll || !outcome.isSame {
      StandardStreams.write(check.report(outcome, of: lesson, arguments: arguments))
    }
    if outcome.isSame { try body(folder.path) }
    return outcome.isSame
  }
}

struct Weave: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Weaves lessons to pages in docs/lessons, from their source and a run of each.",
    discussion: """
      A lesson whose run prints something else than its expected output is not woven: record it first. Checks compare \
      pages and never write them; this command is the only one that does.
      """)

  @Argument(help: "Numbers of the lessons; all without any.")
  var lessons: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("Seconds that a lesson may take.", valueName: "seconds"))
  var timeout: Double = 300

  func validate() throws { try validateTimeout(timeout) }

  func run() throws {
    let workspace = try Workspace()
    let weaver = try Weaver(root: workspace.root)
    var failures = 0
    for lesson in try workspace.manifest.lessons(named: lessons) {
      do {
        let isGolden = try workspace.withGoldenRun(of: lesson, timeout: timeout) { folder in
          for line in try weaver.write(lesson, run: folder) { StandardStreams.write(line + "\n") }
        }
        if !isGolden { failures += 1 }
      } catch let error where error is CourseError || error is DataError {
        // The other lessons can be woven all the same.
        LiveLine.hint("course: \(error)")
        failures += 1
      }
    }
    for line in try weaver.writeIndex() { StandardStreams.write(line + "\n") }
    if failures > 0 { throw ExitCode.failure }
  }
}
