import CourseKit
import Foundation
import TestSupport
import Testing

/// The `course` command, run as a program.
@Suite struct CourseCommandTests {
  private func course(_ arguments: [String], in folder: URL = Course.root) throws -> Subprocess {
    let program = BuiltPrograms.path(of: "course")
    return try Subprocess.capture(
      "/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", folder.path, program] + arguments, timeout: 120)
  }

  @Test func listHasALineForEachLesson() throws {
    let result = try course(["list"], in: Course.root.appending(path: "Lessons"))
    #expect(result.ending == .exited(0))
    for lesson in try Course.lessons() {
      let line = result.outputText.split(separator: "\n").first { $0.hasPrefix(lesson.paddedNumber + " ") }
      #expect(line?.contains(lesson.title) == true && line?.hasSuffix(lesson.teaches) == true, "\(lesson)")
    }
  }

  @Test(arguments: ["run", "check", "record"])
  func anUnknownLessonIsAnsweredWithTheKnownOnes(command: String) throws {
    let result = try course([command, "99"])
    let known = try Course.lessons().map(\.paddedNumber).joined(separator: ", ")
    #expect(result.ending == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText == "course: there is no lesson '99'; known are \(known)\n")
  }

  @Test(arguments: [
    ["frobnicate"], ["list", "--x"], ["check", "--threads", "0"], ["check", "--threads", "1025"],
    ["record"], ["record", "4", "--timeout", "0"], ["record", "4", "--timeout", "nan"], ["run"],
    ["train", "clip", "--threads", "1025"], ["train", "clip", "--seed", "9223372036854775807"],
    ["draw", "x", "--seed", "9223372036854775807"],
  ])
  func aWrongCommandLineIsAnsweredWithOneLine(arguments: [String]) throws {
    let result = try course(arguments)
    #expect(result.ending == .exited(64))
    #expect(result.output.isEmpty)
    #expect(result.errorText.hasPrefix("course: ") && result.errorText.filter(\.isNewline).count == 1)
  }

  @Test func drawSaysWhyItCannotWrite() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    let path = folder.path("file/below")
    let result = try course(["draw", path, "--count", "1"])
    #expect(result.ending == .exited(1))
    #expect(result.errorText == "course: \(path): cannot be written: Not a directory\n")
  }

  @Test func outsideOfThePackageItSaysWhatItLooksFor() throws {
    let folder = try TemporaryFolder()
    let result = try course(["list"], in: folder.url)
    #expect(result.ending == .exited(1))
    #expect(result.errorText.contains("Lessons/lessons.txt") && result.errorText.filter(\.isNewline).count == 1)
  }
}
