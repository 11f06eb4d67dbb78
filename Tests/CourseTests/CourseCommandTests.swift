import CourseKit
import Foundation
import TestSupport
import Testing

@Suite struct CourseCommandTests {
  private static let lessons = try? Manifest(root: CourseProgram.root).lessons

  @Test func listHasALineForEachLesson() throws {
    let result = try CourseProgram.run(["list"], in: CourseProgram.root.appending(path: "Lessons").path)
    #expect(result.ending == .exited(0))
    for lesson in try #require(Self.lessons) {
      let line = result.outputText.split(separator: "\n").first { $0.hasPrefix(lesson.paddedNumber + " ") }
      #expect(line?.contains(lesson.title) == true && line?.hasSuffix(lesson.teaches) == true, "\(lesson)")
    }
  }

  @Test(arguments: ["run", "check", "record", "read", "watch"])
  func anUnknownLessonIsAnsweredWithTheKnownOnes(command: String) throws {
    let result = try CourseProgram.run([command, "99"])
    let known = try #require(Self.lessons).map(\.paddedNumber).joined(separator: ", ")
    #expect(result.ending == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText == "course: there is no lesson '99'; known are \(known)\n")
  }

  /// Every number and every path of every command: too small, too large, none.
  @Test(arguments: [
    ["frobnicate"], ["list", "--x"], ["check", "--threads"], ["check", "--threads", "0"],
    ["check", "--threads", "1025"], ["check", "--threads", "99999999999999999999"], ["check", "--timeout", "-1"],
    ["check", "--timeout", "inf"], ["check", "--timeout", ""],
    ["watch"], ["watch", "4", "--seed", "x"], ["watch", "4", "--x"], ["read", "4", "--section", ""], ["next", "4"],
    ["progress", "--x"], ["record"], ["record", "4", "--timeout", "0"], ["record", "4", "--timeout", "nan"], ["run"],
    ["verify"], ["verify", ""], ["verify", "x", "--weights", ""], ["verify", "x", "--tolerance", "-1"],
    ["verify", "x", "--tolerance", "inf"], ["verify", "x", "--tolerance", "nan"],
    ["train", "clip", "--output", ""], ["train", "clip", "--threads", "1025"], ["train", "clip", "--threads", "-1"],
    ["train", "clip", "--seed", "9223372036854775807"], ["train", "clip", "--seed", "-9223372036854775808"],
    ["train", "clip", "--seed", "9223372036854775808"], ["train", "vqa", "--steps", "9223372036854775807"],
    ["train", "blip2", "--steps", "10000001"], ["train", "clip", "--steps", "0"], ["train", "clip", "--steps", "-1"],
    ["train", ""], ["draw", ""], ["draw"], ["draw", "x", "--seed", "9223372036854775807"],
    ["draw", "x", "--count", "-1"], ["draw", "x", "--count", "1001"], ["draw", "x", "--count", ""],
  ])
  func aWrongCommandLineIsAnsweredWithOneLine(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let result = try CourseProgram.run(arguments, in: folder.url.path)
    #expect(result.isRefusal("course: ", code: 64), "\(result.ending) \(result.errorText)")
    #expect(!result.errorText.contains("Missing value") || ["", "--threads"].contains(arguments.last))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
  }

  @Test(arguments: [
    ["--threads", "-1"], ["--threads", "0"], ["--samples", "-1"], ["--samples", "9223372036854775808"],
    ["--only", ""], ["--torch", ""], ["pretrained", "", "--image", "x"], ["pretrained", "x", "--image", ""],
    ["pretrained", "x", "--image", "y", "--save", ""], ["pretrained", "x", "--image", "y", "--threads", "-1"],
  ])
  func aWrongCommandLineOfTheBenchmarkIsAnsweredWithOneLine(arguments: [String]) throws {
    let result = try Subprocess.capture(BuiltPrograms.path(of: "bench"), arguments, timeout: 60)
    #expect(result.isRefusal("bench: ", code: 64), "\(result.ending) \(result.errorText)")
  }

  @Test func aNegativeSeedIsASeed() throws {
    let folder = try TemporaryFolder()
    for seed in ["-1", "1"] { #expect(try draw(["seed \(seed)", "--count", "1", "--seed", seed], folder) == "") }
    let lists = ["seed -1", "seed 1"].map { FileManager.default.contents(atPath: folder.path("\($0)/scenes.json")) }
    #expect(lists[0] != nil && lists[0] != lists[1])
  }

  // MARK: draw

  /// Draws, and returns what it says on standard error.
  private func draw(_ arguments: [String], _ folder: TemporaryFolder) throws -> String {
    let result = try CourseProgram.run(["draw"] + arguments, in: folder.url.path)
    #expect(result.ending == .exited(result.errors.isEmpty ? 0 : 1))
    return result.errorText
  }

  @Test func drawReplacesWhatItDrewBefore() throws {
    let folder = try TemporaryFolder()
    for count in ["3", "1", "2"] { #expect(try draw(["~new/pictures", "--count", count], folder) == "") }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("~new/pictures")).sorted()
    #expect(names == ["scene-000.png", "scene-001.png", "scene-002.png", "scenes.json"])
  }

  @Test(arguments: ["scene-001.png", "scenes.json"])
  func drawReplacesNoFileOfSomebodyElse(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("[1, 2]", to: "pictures/\(name)")
    #expect(
      try draw(["pictures", "--count", "2"], folder)
        == "course: pictures/\(name): is there, and was not written by course draw; nothing is replaced\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("pictures")) == [name])
    #expect(try String(contentsOfFile: folder.path("pictures/\(name)"), encoding: .utf8) == "[1, 2]")
  }

  @Test func drawReplacesNoLink() throws {
    let folder = try TemporaryFolder()
    #expect(try draw(["pictures", "--count", "1"], folder) == "")
    let picture = folder.path("pictures/scene-000.png")
    try FileManager.default.moveItem(atPath: picture, toPath: folder.path("kept.png"))
    try FileManager.default.createSymbolicLink(atPath: picture, withDestinationPath: "../kept.png")
    #expect(
      try draw(["pictures", "--count", "1", "--seed", "2"], folder)
        == "course: pictures/scene-000.png: is no regular file, and is not replaced\n")
  }

  @Test func drawSaysWhyItCannotWrite() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    #expect(
      try draw(["file/below", "--count", "1"], folder) == "course: file/below: cannot be made: Not a directory\n")
  }

  // MARK: the package

  @Test func outsideOfThePackageItSaysWhatItLooksFor() throws {
    let folder = try TemporaryFolder()
    let result = try CourseProgram.run(["list"], in: folder.url.path)
    #expect(result.isRefusal("course: ") && result.errorText.contains("Lessons/lessons.txt"))
  }

  @Test(arguments: ["list", "check"])
  func aListWithoutLessonsIsAnError(command: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "Package.swift")
    try folder.write("# nothing\r\n", to: "Lessons/lessons.txt")
    let result = try CourseProgram.run([command], in: folder.url.path)
    #expect(result.isRefusal("course: Lessons/lessons.txt: names no lesson"), "\(result.errorText)")
  }
}
