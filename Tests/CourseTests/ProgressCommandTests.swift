import CourseKit
import Foundation
import TestSupport
import Testing

@Suite struct ProgressCommandTests {
  private static let gnuEnvironment =
    (try? Subprocess.capture("/usr/bin/env", ["--default-signal", "true"], timeout: 60).ending) == .exited(0)

  private let folder: TemporaryFolder

  /// A package of two lessons that are shell scripts, beside a copy of the command.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write("", to: "Package.swift")
    try folder.write(
      "1 | Lesson01_One | The first | x\n2 | Lesson02_Two | The second | y\n", to: "Lessons/lessons.txt")
    for name in ["Lesson01_One", "Lesson02_Two"] {
      try folder.write("", to: "Lessons/\(name)/main.swift")
      try folder.writeScript("echo \(name) \"$@\"", to: ".build/debug/\(name)")
      for source in ["Package.swift", "Lessons/\(name)", "Lessons/\(name)/main.swift"] {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -100)], ofItemAtPath: folder.path(source))
      }
    }
    try CourseProgram.copy(CourseProgram.path, to: folder.path(".build/debug/course"))
  }

  private func run(_ arguments: String, progress: String? = nil, lines: String = "") throws -> Subprocess {
    try CourseProgram.shell(
      "\(lines) .build/debug/course \(arguments)", [], in: folder.url.path,
      environment: ["COURSE_PROGRESS": progress ?? folder.path("p")])
  }

  @Test func aRunIsNotedAndNextGoesOn() throws {
    #expect(try run("next").outputText == "Lesson 1, The first, is not yet read:\n  swift run course read 01\n")
    try folder.write("read 1\n", to: "p")
    #expect(try run("next").outputText == "Lesson 1, The first, is not yet run:\n  swift run course run 01\n")
    #expect(try run("run 1 --x").outputText == "Lesson01_One --x\n")
    #expect(try run("next").outputText.hasPrefix("Lesson 2, The second, is not yet read:\n"))
    try folder.write("read 1\nread 2\nran 1\nran 2", to: "p")
    #expect(try run("next").outputText == "All 2 lessons are read and run.\n")
  }

  @Test func progressIsATable() throws {
    try folder.write("2026-11-26 14:02 ran 01\nmine\nread 02", to: "p")
    #expect(
      try run("progress").outputText == """
         #  lesson      read  run         exercises  quiz
        --  ----------  ----  ----------  ---------  ----
        01  The first   -     2026-11-26
        02  The second  yes   -

        1 of 2 lessons read, 1 run, 0 of 0 exercises solved; next: swift run course read 01

        """)
  }

  @Test func helpIsNoRun() throws {
    #expect(try run("run 1 --help").outputText == "Lesson01_One --help\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path("p")))
  }

  @Test func whereItCannotBeKeptTheLessonRunsAndOneLineSaysSo() throws {
    let result = try run("run 1", progress: folder.path("none/p"))
    #expect(result.ending == .exited(0) && result.outputText == "Lesson01_One\n")
    #expect(result.errorText == "course: \(folder.path("none/p")): cannot be written: No such file or directory\n")
  }

  @Test func withoutAVariableItIsKeptInThePackageUnlessTheRunIsAutomatic() throws {
    let result = try run("run 1", lines: "unset COURSE_PROGRESS; CI=true")
    #expect(result.ending == .exited(0))
    #expect(!FileManager.default.fileExists(atPath: folder.path("progress.txt")))
    #expect(try run("run 2", lines: "unset COURSE_PROGRESS CI;").ending == .exited(0))
    let text = try String(contentsOfFile: folder.path("progress.txt"), encoding: .utf8)
    #expect(text.hasSuffix(" ran 02\n"))
  }

  /// The whole command, with a `swift` that builds nothing.
  // The runner of the tests and shells start processes with some signals ignored, which GNU's env undoes.
  @Test(.enabled(if: gnuEnvironment)) func aWatchIsNotedOnceAndEndsWithItsLesson() throws {
    try folder.writeScript("exit 0", to: "bin/swift")
    let script = """
      PATH='\(folder.path("bin"))':$PATH
      env --default-signal .build/debug/course watch 1 --seed 3 -- --x >out &
      until grep -q record out; do sleep 0.05; done
      echo >>Lessons/Lesson01_One/main.swift
      until grep -q 'nothing changed' out; do sleep 0.05; done
      kill -INT $!
      wait $!
      echo $?
      cat out p
      """
    let result = try CourseProgram.shell(
      script, [], in: folder.url.path, environment: ["COURSE_PROGRESS": folder.path("p")])
    let lines = result.outputText.split(separator: "\n")
    #expect(
      lines.first == "130" && lines.last?.hasSuffix(" ran 01") == true, "\(result.outputText) \(result.errorText)")
    #expect(lines.count { $0.hasSuffix(" ran 01") } == 1)
    #expect(lines.contains { $0.hasPrefix("Lesson 1. The first --seed 3 --x  ") })
  }

  // MARK: read

  @Test func aPageIsReadAndNoted() throws {
    try folder.write("# 2. The second\n\n## 2.1 Part\n\nText\u{1B}[2J.\n", to: "docs/lessons/02-two.md")
    try folder.write("read 1\n", to: "p")
    let result = try run("read")
    #expect(result.outputText == "2. The second\n=============\n\n2.1 Part\n--------\n\nText\\u{1b}[2J.\n")
    #expect(try run("next").outputText == "Lesson 1, The first, is not yet run:\n  swift run course run 01\n")
    #expect(try String(contentsOfFile: folder.path("p"), encoding: .utf8).hasSuffix(" read 02\n"))
    #expect(try run("read").outputText == "All lessons are read; `swift run course read 04` shows one again.\n")
  }

  @Test func aSectionIsNotTheWholePage() throws {
    try folder.write("# 2. The second\n\n## 2.1 Part\n\nText.\n", to: "docs/lessons/02-two.md")
    #expect(try run("read 2 --section 2.1").outputText == "2.1 Part\n--------\n\nText.\n")
    #expect(!FileManager.default.fileExists(atPath: folder.path("p")))
  }

  @Test func aPageThatIsMissingIsAnsweredWithOneLine() throws {
    let result = try run("read 1")
    #expect(
      result.isRefusal("course: docs/lessons/01-one.md is missing; `swift run course weave 01` makes it"),
      "\(result.errorText)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("p")))
  }
}
