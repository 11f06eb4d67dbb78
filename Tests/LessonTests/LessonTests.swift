import CourseKit
import Foundation
import TestSupport
import Testing

/// The course in this working copy.
enum Course {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func lessons() throws -> [LessonEntry] { try Manifest(root: root).lessons }

  /// Thread counts that each lesson must give the same bytes for, beside its own choice.
  ///
  /// One is always tried. `LESSON_THREADS="1 2 3 8"` asks for others; `make bytes` does so for every build.
  static let threadCounts: [Int] = {
    let asked = ProcessInfo.processInfo.environment["LESSON_THREADS"] ?? "1"
    return asked.split(separator: " ").compactMap { Int($0) }
  }()

  /// The command lines that must all print the golden.
  static let variants: [[String]] = [[]] + threadCounts.map { ["--threads", String($0)] }
}

/// Every lesson, run as the program that a student runs. One after another: each wants all processors.
@Suite(.serialized) struct LessonTests {
  @Test(arguments: try Course.lessons(), Course.variants)
  func aLessonPrintsItsExpectedOutput(lesson: LessonEntry, arguments: [String]) throws {
    let check = GoldenCheck(root: Course.root, timeout: 600)
    let outcome = try check.check(lesson, executable: BuiltPrograms.path(of: lesson.target), arguments: arguments)
    // The report alone: an expectation would print the bytes of every line before it.
    if !outcome.isSame { Issue.record("\(check.report(outcome, of: lesson, arguments: arguments))") }
  }

  @Test(arguments: try Course.lessons())
  func anUnknownFlagIsAnsweredWithOneLine(lesson: LessonEntry) throws {
    for arguments in [["--no-such-flag"], ["--seed", "x"], ["--threads", "0"]] {
      let result = try Subprocess.capture(BuiltPrograms.path(of: lesson.target), arguments, timeout: 60)
      #expect(result.ending == .exited(64), "\(lesson) \(arguments)")
      #expect(result.output.isEmpty)
      #expect(result.errorText.hasPrefix("\(lesson.target): "))
      #expect(result.errorText.filter(\.isNewline).count == 1, "\(result.errorText)")
    }
  }

  @Test(arguments: try Course.lessons())
  func aFiguresFolderThatCannotBeWrittenIsRefusedAtOnce(lesson: LessonEntry) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    let path = folder.path("file/figures")
    let result = try Subprocess.capture(BuiltPrograms.path(of: lesson.target), ["--figures", path], timeout: 60)
    #expect(result.ending == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText == "\(lesson.target): cannot write figures to \(path): Not a directory\n")
  }

  @Test(arguments: try Course.lessons())
  func helpNamesTheLessonAndItsFlags(lesson: LessonEntry) throws {
    let result = try Subprocess.capture(BuiltPrograms.path(of: lesson.target), ["--help"], timeout: 60)
    #expect(result.ending == .exited(0))
    for word in [lesson.title, lesson.target, "--seed", "--threads", "--figures"] {
      #expect(result.outputText.contains(word), "\(word)")
    }
  }
}
