import CourseKit
import Foundation
import Images
import Notebook
import TestSupport
import Testing

/// Runs `Tests/SampleLesson`, a lesson that uses the whole runtime, as a program.
@Suite struct RuntimeTests {
  private let program = BuiltPrograms.path(of: "SampleLesson")

  private func run(_ arguments: String...) throws -> Subprocess {
    try Subprocess.capture(program, arguments, environment: ["SWIFT_BACKTRACE": "enable=no"], timeout: 60)
  }

  private func fixture(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: folder.appending(path: "Fixtures/notebook/\(name)"), encoding: .utf8)
  }

  @Test func standardOutputIsTheResultsAlone() throws {
    let result = try run()
    #expect(result.ending == .exited(0))
    let diff = UnifiedDiff(expected: try fixture("SampleLesson.txt"), actual: result.outputText)
    #expect(diff.text(expectedName: "SampleLesson.txt", actualName: "SampleLesson") == "")
    #expect(result.errorText == "a hint\n")
  }

  @Test func theTracePutsTogetherTheWholeOutput() throws {
    let folder = try TemporaryFolder()
    let result = try run("--trace", folder.path("trace.jsonl"))
    let records = try String(contentsOfFile: folder.path("trace.jsonl"), encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(TraceRecord.self, from: Data($0.utf8)) }
    #expect(records.map(\.text).joined() == result.outputText)

    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SampleLesson/main.swift")
    let lines = try String(contentsOf: source, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    for record in records {
      #expect(record.file == "SampleLesson/main.swift")
      let call = record.kind == .title ? "Lesson" : record.kind == .value ? "show" : record.kind.rawValue
      #expect(lines[record.line - 1].contains("\(call)("), "line \(record.line): \(lines[record.line - 1])")
    }
  }

  @Test func helpGoesToStandardOutput() throws {
    let result = try run("--help")
    #expect(result.ending == .exited(0))
    #expect(result.errors.isEmpty)
    for word in ["Every kind of output", "USAGE: SampleLesson", "--seed", "--threads", "--figures", "--ending"] {
      #expect(result.outputText.contains(word))
    }
    #expect(!result.outputText.contains("--trace"))
  }

  @Test(arguments: [
    (["--seed", "x"], "'x'"), (["--seed"], "--seed"), (["--unknown"], "--unknown"), (["--threads", "0"], "'0'"),
    (["--threads", "-1"], "-1"), (["--threads", "1025"], "'1025'"),
    (["--seed", "9007199254740993"], "'9007199254740993'"), (["--seed", "-9007199254740993"], "'-9007199254740993'"),
    (["--ending", "soon"], "'soon'"), (["word"], "'word'"), (["--figures"], "--figures"),
  ])
  func aWrongFlagIsAnsweredWithOneLine(arguments: [String], named: String) throws {
    let result = try Subprocess.capture(program, arguments, timeout: 60)
    #expect(result.ending == .exited(64))
    #expect(result.output.isEmpty)
    #expect(result.errorText.hasPrefix("SampleLesson: "))
    #expect(result.errorText.filter(\.isNewline).count == 1)
    #expect(result.errorText.contains(named), "\(result.errorText)")
  }

  @Test func aFigureIsWrittenWithItsPixelsAndChangesNoOutput() throws {
    let folder = try TemporaryFolder()
    let result = try run("--figures", folder.path("new/figures"), "--trace", folder.path("trace"))
    #expect(result.outputText == (try fixture("SampleLesson.txt")))
    let path = folder.path("new/figures/lesson00-squares.png")
    let image = try Image(contentsOf: path)
    #expect((image.width, image.height) == (2, 2))
    #expect(image.pixels == [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("new/figures")).count == 1)
    #expect(try String(contentsOfFile: folder.path("trace"), encoding: .utf8).contains("\"path\": \"\(path)\""))
  }

  @Test func aFiguresFolderThatCannotBeMadeIsRefusedBeforeAnyWork() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    for path in [folder.path("file"), folder.path("file/below")] {
      let result = try run("--figures", path)
      #expect(result.ending == .exited(1))
      #expect(result.output.isEmpty)
      #expect(result.errorText == "SampleLesson: cannot write figures: \(path): cannot be made: Not a directory\n")
    }
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may write everywhere"))
  func aFiguresFolderWithoutWritePermissionIsRefused() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
    let result = try run("--figures", folder.url.path)
    #expect(result.ending == .exited(1))
    #expect(result.errorText.contains("Permission denied"))
  }

  /// The reason is that of the folder that cannot be made, not of a later question. Not even the superuser can make one
  /// in `/sys`.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel")))
  func aFiguresFolderWhoseParentTakesNoFolderIsRefusedWithTheReason() throws {
    let path = "/sys/figures-of-a-test"
    try #require(mkdir(path, 0o777) != 0)
    let reason = String(cString: strerror(errno))
    let result = try run("--figures", path)
    #expect(result.ending == .exited(1))
    #expect(result.errorText == "SampleLesson: cannot write figures: \(path): cannot be made: \(reason)\n")
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may write everywhere"))
  func aFiguresFolderBelowOneWithoutWritePermissionIsRefused() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
    let result = try run("--figures", folder.path("below"))
    #expect(result.errorText.contains("Permission denied"))
  }

  @Test func seedAndThreadsReachTheEngine() throws {
    let result = try run("--seed", "1", "--threads", "3")
    // torch.manual_seed(1); torch.randn(2, 2)
    #expect(
      result.outputText.contains("Seed: 1\nThreads given: true\n\nDrawn:\n[[0.6614, 0.2669],\n [0.0617, 0.6213]]\n"))
    #expect(result.errorText == "threads: 3\na hint\n")
    for seed in ["-7", "9007199254740992", "-9007199254740992"] {
      let printed = try run("--seed", seed).outputText.replacing(",", with: "")
      #expect(printed.contains("Seed: \(seed)\nThreads given: false\n"))
    }
  }

  @Test func aThrownErrorIsOneLine() throws {
    let result = try run("--ending", "error")
    #expect(result.ending == .exited(1))
    #expect(result.errorText == "a hint\nSampleLesson: weights.bin: byte 12: the header ends early\n")
  }

  @Test func nothingPrintedIsLostInACrash() throws {
    let result = try run("--ending", "crash")
    #expect(result.ending != .exited(0))
    let complete = try fixture("SampleLesson.txt")
    #expect(result.outputText + "\nEnd: normal\n" == complete)
    #expect(result.errorText.contains("the end of this lesson is a crash"))
  }

  @Test func aReaderThatLeavesEndsTheLessonQuietly() throws {
    // The reader is gone before the first line is written: it opens a pipe with a name only to close it again, which the
    // lesson's shell waits for. Both ways that a shell can treat the signal.
    let folder = try TemporaryFolder()
    let (pipe, gone) = (folder.path("pipe"), folder.path("gone"))
    for trap in ["trap '' PIPE; ", ""] {
      let script = """
        \(trap)mkfifo '\(pipe)' '\(gone)'
        (exec 3< '\(pipe)'; exec 3<&-; : > '\(gone)') &
        (exec > '\(pipe)'; : < '\(gone)'; '\(program)'; echo $? >&2)
        wait
        rm '\(pipe)' '\(gone)'
        """
      let result = try Subprocess.capture("/bin/sh", ["-c", script], timeout: 60)
      #expect(result.output.isEmpty)
      #expect(result.errorText == "141\n")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDiskIsReported() throws {
    let result = try Subprocess.capture("/bin/sh", ["-c", "'\(program)' > /dev/full"], timeout: 60)
    #expect(result.ending == .exited(1))
    #expect(result.errorText == "SampleLesson: cannot write standard output: No space left on device\n")
  }

  @Test func outputBeforeTheLessonSaysWhatIsMissing() throws {
    let result = try run("--without-lesson")
    #expect(result.ending == .exited(1))
    #expect(result.output.isEmpty)
    #expect(result.errorText.hasPrefix("SampleLesson/main.swift:"))
    #expect(
      result.errorText.hasSuffix(": section needs a lesson: begin with `let lesson = Lesson(number, \"title\")`\n"))
  }

  @Test func aSecondLessonIsRefused() throws {
    let result = try run("--ending", "second")
    #expect(result.ending == .exited(1))
    #expect(result.errorText.contains("a program holds one Lesson, this is the second"))
  }
}
