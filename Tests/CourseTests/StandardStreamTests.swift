import CourseKit
import Foundation
import TestSupport
import Testing

/// Programs that are started with closed or full streams.
@Suite struct StandardStreamTests {
  private static let programs = ["course", "bench", "Lesson12_References"]

  /// Runs a shell's line in which `$0` is the program.
  private func shell(_ line: String, _ program: String, _ arguments: [String] = []) throws -> Subprocess {
    try Subprocess.capture(
      "/bin/sh", ["-c", line, BuiltPrograms.path(of: program)] + arguments,
      environment: ["SWIFT_BACKTRACE": "enable=no"], timeout: 120)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")), arguments: programs)
  func resultsThatCannotBeWrittenAreAnError(program: String) throws {
    let result = try shell("\"$0\" --help > /dev/full", program)
    #expect(
      result.isRefusal("\(program): cannot write standard output: No space left on device"), "\(result.errorText)")
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      ["list"], ["check", "12"], ["verify", Fixture.url("clip_eos2").path], ["--help"], ["train", "--help"],
      ["draw", "{}/pictures", "--count", "1"], ["train", "captioner", "--steps", "1", "--output", "{}/m"],
    ])
  func everyCommandSaysThatItsResultsCannotBeWritten(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let arguments = arguments.map { $0.replacing("{}", with: folder.url.path) }
    let result = try CourseProgram.shell("exec \"$@\" > /dev/full", arguments)
    #expect(result.ending == .exited(1))
    // A training has told of its steps before.
    #expect(
      result.errorText.split(separator: "\n").last == "course: cannot write standard output: No space left on device",
      "\(result.errorText)")
  }

  @Test(arguments: programs)
  func aClosedStandardOutputIsAnError(program: String) throws {
    let result = try shell("\"$0\" --help >&-", program)
    #expect(result.isRefusal("\(program): cannot write standard output: "), "\(result.ending) \(result.errorText)")
  }

  @Test(arguments: programs, ["<&-", "2>&-", "<&- 2>&-"])
  func otherClosedStreamsChangeNothing(program: String, closed: String) throws {
    let result = try shell("\"$0\" --help \(closed)", program)
    #expect(try result.output == shell("\"$0\" --help", program).output && result.ending == .exited(0))
  }

  @Test(arguments: programs, ["2>&-", "2>/dev/full", "<&- >&- 2>&-"])
  func anErrorThatNobodyHearsEndsTheProgramAllTheSame(program: String, closed: String) throws {
    let result = try shell("\"$0\" --no-such-flag \(closed)", program)
    #expect(result.ending == .exited(64) && result.output.isEmpty)
  }

  @Test(arguments: ["", "<&-", "2>&-", "<&- 2>&-"])
  func aGoodLessonPassesWhateverIsClosed(closed: String) throws {
    let result = try CourseProgram.shell("exec \"$@\" \(closed)", ["check", "12"])
    #expect(result.ending == .exited(0) && result.outputText.hasPrefix("Lesson12_References: same bytes"))
  }

  @Test func aReaderThatLeavesEndsTheCommandQuietly() throws {
    let folder = try TemporaryFolder()
    let (pipe, gone) = (folder.path("pipe"), folder.path("gone"))
    for trap in ["trap '' PIPE; ", ""] {
      let script = """
        \(trap)mkfifo '\(pipe)' '\(gone)'
        (exec 3< '\(pipe)'; exec 3<&-; : > '\(gone)') &
        (exec > '\(pipe)'; : < '\(gone)'; "$0" --help; echo $? >&2)
        wait
        rm '\(pipe)' '\(gone)'
        """
      let result = try shell(script, "course")
      #expect(result.output.isEmpty && result.errorText == "141\n", "\(result.errorText)")
    }
  }
}
