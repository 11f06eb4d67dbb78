import CourseKit
import Foundation
import TestSupport
import Testing

@Suite struct GoldenCheckTests {
  private let lesson = LessonEntry(number: 1, target: "Lesson01_Sample", title: "Sample", teaches: "nothing")

  /// A package in a temporary folder whose lesson is a shell script.
  private func package(script: String, golden: String? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.writeScript(script, to: "bin/Lesson01_Sample")
    if let golden { try folder.write(golden, to: lesson.golden) }
    return folder
  }

  private func report(_ folder: TemporaryFolder, timeout: Double = 60, arguments: [String] = []) throws -> String {
    let check = GoldenCheck(root: folder.url, timeout: timeout)
    let outcome = try check.check(lesson, executable: folder.path("bin/Lesson01_Sample"), arguments: arguments)
    return (outcome.isSame ? "PASS " : "FAIL ") + check.report(outcome, of: lesson, arguments: arguments)
  }

  @Test func theSameBytesPass() throws {
    let folder = try package(script: "echo Loss: 0.5; echo hint >&2", golden: "Loss: 0.5\n")
    #expect(try report(folder).hasPrefix("PASS Lesson01_Sample: same bytes"))
  }

  @Test func aRecordedOutputCannotSteerTheTerminal() throws {
    let folder = try package(script: #"printf 'b\302\233\n'"#, golden: "a\u{1B}[2J\u{202E}\tb\n")
    let text = try report(folder)
    #expect(text.contains("-a\\u{1b}[2J\\u{202e}\tb\n") && text.contains("+b\\u{9b}\n"), "\(text)")
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }, "\(text)")
  }

  @Test func aDifferenceIsShownWithItsNumericDistance() throws {
    let folder = try package(script: "echo Loss: 0.75", golden: "Loss: 0.5\n")
    #expect(
      try report(folder) == """
        FAIL --- expected-outputs/Lesson01_Sample.txt
        +++ swift run Lesson01_Sample
        @@ -1 +1 @@
        -Loss: 0.5
        +Loss: 0.75
        Lesson01_Sample: differs from expected-outputs/Lesson01_Sample.txt; largest numeric distance 0.25 at line 1 \
        (expected 0.5, printed 0.75); 1 number differs

        """)
  }

  @Test func aCheckRecordsNothing() throws {
    let folder = try package(script: "echo new")
    let text = try report(folder)
    #expect(text.hasPrefix("FAIL ") && text.contains("swift run course record 01"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("expected-outputs")))

    let other = try package(script: "echo new", golden: "old\n")
    #expect(try report(other).hasPrefix("FAIL "))
    #expect(try String(contentsOfFile: other.path(lesson.golden), encoding: .utf8) == "old\n")
  }

  @Test func argumentsReachTheLesson() throws {
    let folder = try package(script: "echo \"$@\"", golden: "--threads 3\n")
    #expect(try report(folder, arguments: ["--threads", "3"]).hasPrefix("PASS "))
  }

  @Test func aCrashIsReportedWithTheEndOfItsErrors() throws {
    let folder = try package(script: "echo Loss: 0.5; seq 1 50 >&2; exec sh -c 'kill -SEGV $$'", golden: "Loss: 0.5\n")
    let text = try report(folder)
    #expect(text.hasPrefix("FAIL Lesson01_Sample: crashed with signal 11; the end of its standard error:\n41\n"))
    #expect(text.hasSuffix("49\n50\n"))
  }

  @Test func aNonZeroExitFailsWhateverWasPrinted() throws {
    let folder = try package(script: "echo same; exit 3", golden: "same\n")
    #expect(try report(folder) == "FAIL Lesson01_Sample: ended with exit code 3\n")
  }

  @Test func aLessonThatHangsIsStopped() throws {
    let folder = try package(script: "echo waiting >&2; exec sleep 100", golden: "")
    #expect(
      try report(folder, timeout: 3)
        == "FAIL Lesson01_Sample: was stopped after 3 s; the end of its standard error:\nwaiting\n")
  }

  @Test func nothingPrintedIsNothingChecked() throws {
    let folder = try package(script: "exit 0", golden: "")
    #expect(try report(folder) == "FAIL Lesson01_Sample: printed nothing\n")
    #expect(throws: CourseError("Lesson01_Sample is not recorded: printed nothing")) {
      try GoldenCheck(root: folder.url).record(lesson, executable: folder.path("bin/Lesson01_Sample"))
    }
  }

  @Test func aMissingProgramIsAnErrorThatNamesIt() throws {
    let folder = try TemporaryFolder()
    let check = GoldenCheck(root: folder.url)
    let path = folder.path("absent")
    #expect(throws: CourseError("\(path): cannot be run: No such file or directory")) {
      try check.check(lesson, executable: path)
    }
  }

  @Test func recordingTellsWhatChanged() throws {
    let folder = try package(script: "echo one; echo 2.5")
    let check = GoldenCheck(root: folder.url)
    let program = folder.path("bin/Lesson01_Sample")
    #expect(
      try check.record(lesson, executable: program) == "expected-outputs/Lesson01_Sample.txt: new, 2 lines\n")
    #expect(try String(contentsOfFile: folder.path(lesson.golden), encoding: .utf8) == "one\n2.5\n")
    #expect(
      try check.record(lesson, executable: program) == "expected-outputs/Lesson01_Sample.txt: unchanged, 2 lines\n")

    try folder.writeScript("echo one; echo 2.75", to: "bin/Lesson01_Sample")
    let change = try check.record(lesson, executable: program)
    #expect(change.contains("\n-2.5\n+2.75\n") && change.contains("largest numeric distance 0.25"))
    #expect(try String(contentsOfFile: folder.path(lesson.golden), encoding: .utf8) == "one\n2.75\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("expected-outputs")).count == 1)
  }

  @Test func aFailingLessonIsNotRecorded() throws {
    let folder = try package(script: "echo half; exit 1", golden: "whole\n")
    #expect(throws: CourseError("Lesson01_Sample is not recorded: ended with exit code 1")) {
      try GoldenCheck(root: folder.url).record(lesson, executable: folder.path("bin/Lesson01_Sample"))
    }
    #expect(try String(contentsOfFile: folder.path(lesson.golden), encoding: .utf8) == "whole\n")
  }
}

@Suite struct SubprocessTests {
  @Test func bothStreamsAreKeptWholeWhateverTheirSize() throws {
    let script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"
    let result = try Subprocess.capture("/bin/sh", ["-c", script], timeout: 60)
    #expect(result.ending == .exited(0))
    #expect((result.output.count, result.errors.count) == (3_000_000, 3_000_000))
  }

  @Test func standardInputIsEmpty() throws {
    let result = try Subprocess.capture("/bin/cat", timeout: 60)
    #expect(result.ending == .exited(0) && result.output.isEmpty)
  }

  @Test func environmentIsAddedToTheInheritedOne() throws {
    let result = try Subprocess.capture(
      "/bin/sh", ["-c", "echo $COURSE_TEST ${PATH:+path}"], environment: ["COURSE_TEST": "a b"], timeout: 60)
    #expect(result.outputText == "a b path\n")
  }

  @Test func whatAProgramStartedEndsWithItWhenItsTimeIsOver() throws {
    let folder = try TemporaryFolder()
    let script = "(sleep 3; touch '\(folder.path("late"))') & touch '\(folder.path("early"))'; wait"
    let result = try Subprocess.capture("/bin/sh", ["-c", script], timeout: 1)
    #expect(result.ending == .timedOut && result.seconds < 3)
    usleep(3_500_000)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["early"])
  }

  @Test func whatAProgramLeavesBehindInTimeGoesOn() throws {
    let folder = try TemporaryFolder()
    let script = "(sleep 1; touch '\(folder.path("late"))') & exit 0"
    let result = try Subprocess.capture("/bin/sh", ["-c", script], timeout: 60)
    #expect(result.ending == .exited(0))
    for _ in 0..<100 where !FileManager.default.fileExists(atPath: folder.path("late")) { usleep(100_000) }
    #expect(FileManager.default.fileExists(atPath: folder.path("late")))
  }

  @Test func aProgramThatCannotBeRunIsNotWaitedFor() {
    #expect(throws: CourseError.self) { try Subprocess.capture("/absent", timeout: 60) }
  }

  @Test func aProgramThatIsStillBeingWrittenIsWaitedFor() throws {
    let folder = try TemporaryFolder()
    try folder.writeScript("echo ready", to: "program")
    let writer = open(folder.path("program"), O_WRONLY | O_CLOEXEC)
    #expect(writer >= 0)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.1) { close(writer) }
    let result = try Subprocess.capture(folder.path("program"), timeout: 60)
    #expect(result.outputText == "ready\n")
  }
}
