import CourseKit
import Foundation
import TestSupport
import Testing

/// A check that is told to end takes the running lesson with it.
@Suite struct InterruptionTests {
  private static let gnuEnvironment =
    (try? Subprocess.capture("/usr/bin/env", ["--default-signal", "true"], timeout: 60).ending) == .exited(0)

  // The runner of the tests and shells start processes with some signals ignored, which GNU's env undoes.
  @Test(.enabled(if: gnuEnvironment), arguments: [("INT", 2), ("TERM", 15), ("HUP", 1)])
  func aCheckThatIsEndedEndsItsLesson(signal: String, number: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "Package.swift")
    try folder.write("1 | Lesson01_Long | Long | to wait", to: "Lessons/lessons.txt")
    try folder.write("", to: "Lessons/Lesson01_Long/main.swift")
    // The command looks for lessons beside itself.
    let program = folder.path(".build/debug/course")
    try folder.writeScript(
      "sleep 1; touch '\(folder.path("early"))'; sleep 2; touch '\(folder.path("late"))'",
      to: ".build/debug/Lesson01_Long")
    try CourseProgram.copy(CourseProgram.path, to: program)
    // Newer than its sources, so that it is not built.
    for source in ["Package.swift", "Lessons/Lesson01_Long", "Lessons/Lesson01_Long/main.swift"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -100)], ofItemAtPath: folder.path(source))
    }
    let script = """
      cd '\(folder.url.path)'
      env --default-signal '\(program)' check &
      while ! [ -e early ]; do sleep 0.05; done
      kill -\(signal) $!
      wait $!
      echo $?
      """
    let result = try Subprocess.capture("/bin/sh", ["-c", script], timeout: 300)
    #expect(result.outputText == "\(128 + number)\n", "\(result.errorText)")
    usleep(2_500_000)
    #expect(!FileManager.default.fileExists(atPath: folder.path("late")))
  }
}
