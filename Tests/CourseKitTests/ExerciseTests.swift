import Foundation
import Notebook
import TestSupport
import Testing

@testable import CourseKit

/// A course of two lessons, of which the first has two exercises.
private struct SampleCourse {
  let folder: TemporaryFolder
  let lessons = (1...2).map {
    LessonEntry(number: $0, target: "Lesson0\($0)_Name", title: "Title", teaches: "something")
  }

  static let text = """
    # Add two numbers

    Write `add`.

    ```swift
    ## no heading
    ```

    ## Hint

    It is a sum.

    ## Hint

    `a + b`

    ## Why

    Sums are everywhere.
    """

  init() throws {
    folder = try TemporaryFolder()
    for name in ["1-add", "2-subtract"] {
      try write(name, "Exercise.md", Self.text)
      for file in ["Starter", "Check", "Solution"] { try write(name, "\(file).swift", "// \(name) \(file)\n") }
    }
  }

  func write(_ exercise: String, _ file: String, _ text: String) throws {
    try folder.write(text, to: "Lessons/Lesson01_Name/Exercises/\(exercise)/\(file)")
  }

  func list() throws -> ExerciseList { try ExerciseList(of: lessons, root: folder.url) }
}

@Suite struct ExerciseTests {
  private let course: SampleCourse

  init() throws { course = try SampleCourse() }

  @Test func exercisesAreFoldersBesideTheirLesson() throws {
    let all = try course.list().all
    #expect(all.map(\.id) == ["01.1", "01.2"])
    let first = try #require(all.first)
    #expect(first.title == "Add two numbers")
    #expect(first.task == "Write `add`.\n\n```swift\n## no heading\n```")
    #expect(first.hints == ["It is a sum.", "`a + b`"])
    #expect(first.reason == "Sums are everywhere.")
    #expect(first.path(of: .answer) == "Lessons/Lesson01_Name/Exercises/1-add/Answer.swift")
  }

  @Test(arguments: ["01.2", "1.2", "subtract"])
  func anExerciseHasANumberAndAName(name: String) throws {
    #expect(try course.list().exercise(named: name).id == "01.2")
  }

  @Test(arguments: ["1.3", "1", "add two", "", "1.1.1"])
  func anUnknownOneIsAnsweredWithTheKnownOnes(name: String) throws {
    #expect(throws: CourseError("there is no exercise '\(name)'; known are 01.1, 01.2")) {
      try course.list().exercise(named: name)
    }
  }

  @Test(arguments: [
    ("Add", "1: begins with '# ' and a title"), ("# Add\n## Hint\na\n## Why\nb", " has no task between"),
    ("# Add\ntask\n## Why\nb", " has no hint, or an empty one"),
    ("# Add\ntask\n## Hint\n\n## Why\nb", " has no hint, or an empty one"),
    ("# Add\ntask\n## Hint\na", " says nothing under a heading Why"),
    ("# Add\ntask\n## Hints\na", " has a heading 'Hints'; known are Hint and Why"),
  ])
  func aTextThatLacksSomethingIsNamed(text: String, reason: String) throws {
    try course.write("2-subtract", "Exercise.md", text)
    #expect {
      try course.list()
    } throws: {
      "\($0)".hasPrefix("Lessons/Lesson01_Name/Exercises/2-subtract/Exercise.md:\(reason)")
    }
  }

  @Test func aMissingFileAndAMissingNumberAreNamed() throws {
    try course.write("4-more", "Exercise.md", SampleCourse.text)
    #expect(throws: CourseError("Lessons/Lesson01_Name/Exercises/4-more: there is no exercise 3")) {
      try course.list()
    }
    try FileManager.default.removeItem(atPath: course.folder.path("Lessons/Lesson01_Name/Exercises/4-more"))
    try FileManager.default.removeItem(atPath: course.folder.path("Lessons/Lesson01_Name/Exercises/1-add/Check.swift"))
    #expect(throws: CourseError("Lessons/Lesson01_Name/Exercises/1-add/Check.swift: is missing")) {
      try course.list()
    }
  }

  // MARK: The answer

  @Test func anAnswerBeginsAsTheStarterAndIsNeverLost() throws {
    let exercise = try course.list().all[0]
    let answer = AnswerFile(exercise, root: course.folder.url)
    func text(_ path: String) throws -> String { try String(contentsOfFile: course.folder.path(path), encoding: .utf8) }
    #expect(!answer.exists)
    try answer.begin()
    #expect(try text(answer.path) == "// 1-add Starter\n")
    try course.write("1-add", "Answer.swift", "mine")
    try answer.begin()
    #expect(try text(answer.path) == "mine")
    #expect(try answer.reset() == "\(exercise.folder)/Answer.1.swift")
    #expect(try text("\(exercise.folder)/Answer.1.swift") == "mine")
    #expect(try text(answer.path) == "// 1-add Starter\n")
    #expect(try answer.reset() == "\(exercise.folder)/Answer.2.swift")
  }

  @Test func progressKnowsWhatIsSolvedAndHowManyHintsWereShown() throws {
    let (first, second) = (try course.list().all[0], try course.list().all[1])
    let progress = ReadingProgress(
      parsing: "2026-11-26 14:02 hint 01.1\nhint 1.1\n2026-11-26 14:31 solved 01.1\nsolved 01\nsolved 1.x\nhint 01.1.2")
    #expect(progress.solved(first)?.date == "2026-11-26")
    #expect(progress.solved(second) == nil)
    #expect((progress.hintCount(first), progress.hintCount(second)) == (2, 0))
    #expect(try course.list().next(progress) == second)
  }

  // MARK: The report

  private func report(_ outcome: ExerciseProgram.Outcome) throws -> String {
    ExerciseReport(try course.list().all[0], outcome, reason: "Sums are everywhere.", hasStyles: false).text
  }

  @Test func theReportSaysWhatHoldsAndWhatDoesNot() throws {
    #expect(
      try report(.passed(output: "✓ Sums are right\n"))
        == "Exercise 01.1. Add two numbers\n\n✓ Sums are right\n\nSolved.\n\nSums are everywhere.\n")
    let failed = try report(.failed(output: "✓ one\n✗ two\n  it is 3\n", errors: "", .exited(1)))
    #expect(failed.contains("✓ one\n✗ two\n  it is 3\n"))
    #expect(failed.hasSuffix("A hint: swift run course exercise hint 01.1\n"))
  }

  @Test func aCrashAndALoopWithoutEndAreNamed() throws {
    let crash = try report(.failed(output: "", errors: "Fatal error: index out of range\n", .signaled(5)))
    #expect(crash.contains("Fatal error: index out of range\nthe program crashed with signal 5\n"))
    #expect(try report(.failed(output: "", errors: "", .timedOut)).contains("is there a loop that never ends?"))
  }

  @Test func aMistakeIsShownWithItsLine() throws {
    let errors = BuildErrors(
      output: "/r/Answer.swift:2:5: error: no such name\n1 | \n2 |  lat x\n  |    `- error: no such name\n", root: "/r")
    #expect(try report(.notBuilt(errors)).contains("does not compile\n\nAnswer.swift:2:5\n  no such name\n"))
  }

  @Test func onlyTheFlagsThatModulesDependOnAreTaken() {
    let flags = ExerciseProgram.shared([
      "-target", "x86_64", "-O", "-j2", "-Xcc", "-march=x86-64-v3", "-g", "-Xcc", "-g", "-I/usr/include",
      "-swift-version",
      "6", "-Xfrontend", "-entry-point-function-name", "-Xcc",
    ])
    #expect(flags == ["-target", "x86_64", "-Xcc", "-march=x86-64-v3", "-I/usr/include"])
  }

  // MARK: Watching

  @Test func aSavedAnswerIsCheckedAgainAndASolvedOneLeadsToTheNext() throws {
    var texts: [String] = []
    var checks: [String] = []
    let watch = ExerciseWatch(
      try course.list().all, root: course.folder.url, terminal: .none, write: { texts.append($0) },
      task: \.task,
      check: { exercise in
        checks.append(exercise.id)
        let answer = AnswerFile(exercise, root: self.course.folder.url)
        try answer.begin()
        let text = try String(contentsOfFile: self.course.folder.path(answer.path), encoding: .utf8)
        return (text == "right", "report \(exercise.id)")
      })
    let start = ContinuousClock.now
    var seen = 0
    try watch.run {
      // One save after each check: a file that is being saved is waited for.
      if checks.count == seen { return ContinuousClock.now - start < .seconds(300) }
      seen = checks.count
      if checks == ["01.1"] { try? self.course.write("1-add", "Answer.swift", "right") }
      if checks == ["01.1", "01.1"] { try? self.course.write("2-subtract", "Answer.swift", "right") }
      return ContinuousClock.now - start < .seconds(300)
    }
    #expect(checks == ["01.1", "01.1", "01.2"])
    #expect(texts.contains { $0.hasPrefix("Next is 01.2, Add two numbers.") })
    #expect(texts.last == "All exercises of the lesson from here on are solved.\n")
  }
}
