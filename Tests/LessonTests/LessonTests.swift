import CourseKit
import Foundation
import TestSupport
import Testing
import Weaver

/// The course in this working copy.
enum Course {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func lessons() throws -> [LessonEntry] { try Manifest(root: root).lessons }

  /// Thread counts that each lesson must give the same bytes for, beside its own choice: one, unless
  /// `LESSON_THREADS="1 3 8"` says which ones instead.
  static let threadCounts: [Int] = {
    let asked = ProcessInfo.processInfo.environment["LESSON_THREADS"] ?? "1"
    // A word that is no number is 0 threads, which no lesson takes: the test fails instead of checking nothing.
    let counts = asked.split(separator: " ").map { Int($0) ?? 0 }
    return counts.isEmpty ? [1] : counts
  }()

  static func expectGolden(_ lesson: LessonEntry, _ arguments: [String]) throws {
    let check = GoldenCheck(root: root, timeout: 900)
    let outcome = try check.check(lesson, executable: BuiltPrograms.path(of: lesson.target), arguments: arguments)
    // The report alone: an expectation would print the bytes of every line before it.
    if !outcome.isSame { Issue.record("\(check.report(outcome, of: lesson, arguments: arguments))") }
  }
}

/// Every lesson with a given number of threads. Side by side, for most take one processor each.
@Suite struct LessonThreadTests {
  /// Lessons that train for most of a minute on two processors. With one thread they run where thread counts are asked for,
  /// and in `make bytes`; what they train with is in `TensorsTests` with 1, 2, 3 and 8 threads.
  private static let long = [4, 5, 9]

  private static func lessons() throws -> [LessonEntry] {
    let isAsked = ProcessInfo.processInfo.environment["LESSON_THREADS"] != nil
    return try Course.lessons().filter { isAsked || !long.contains($0.number) }
  }

  @Test(arguments: try lessons(), Course.threadCounts)
  func aLessonPrintsTheSameWithAnyNumberOfThreads(lesson: LessonEntry, threads: Int) throws {
    try Course.expectGolden(lesson, ["--threads", String(threads)])
  }
}

/// Every lesson, run as the program that a student runs. One after another: each wants all processors.
@Suite(.serialized) struct LessonTests {
  /// The page is held to the same run: a lesson takes up to a minute.
  @Test(arguments: try Course.lessons())
  func aLessonPrintsItsExpectedOutputAndItsPageIsFresh(lesson: LessonEntry) throws {
    let folder = try TemporaryFolder()
    try Course.expectGolden(lesson, Weaver.arguments(in: folder.url.path))
    for problem in try Weaver(root: Course.root).problems(of: lesson, run: folder.url.path) {
      Issue.record("\(problem)")
    }
  }

  @Test func thePageThatListsAllLessonsIsFresh() throws {
    for problem in try Weaver(root: Course.root).problemsOfIndex() { Issue.record("\(problem)") }
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
    #expect(result.errorText == "\(lesson.target): cannot write figures: \(path): cannot be made: Not a directory\n")
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
