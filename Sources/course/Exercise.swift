import ArgumentParser
import CourseKit
// An exercise is linked with what this program is linked with. These two modules are in it for that alone.
import Exercises
import Foundation
import Models
import Notebook
import Weaver

struct ExerciseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exercise",
    abstract: "Lists, begins and checks the exercises, and gives hints and solutions.",
    discussion: """
      An exercise is a folder beside its lesson. `next` copies its starter to Answer.swift there, `check` compiles that \
      and says which properties of a right answer it has. What is solved is noted in progress.txt. Without a number a \
      command means the first exercise that is not solved.
      """,
    subcommands: [ListExercises.self, NextExercise.self, CheckExercise.self, Hint.self, Reset.self, Solution.self],
    defaultSubcommand: ListExercises.self)
}

extension Exercise {
  /// One of its texts as the pages show it, for the terminal.
  func readable(_ text: KeyPath<Exercise, String>) throws -> String {
    try TerminalPage.text(
      ofProse: self[keyPath: text], path: path(of: .text), layout: TerminalPage.Layout(.ofStandardOutput))
  }
}

extension Workspace {
  /// All exercises of the course.
  var exercises: ExerciseList { get throws { try ExerciseList(of: manifest.lessons, root: root) } }

  /// The exercise that a person names, or the first that is not solved.
  func exercise(_ name: String?) throws -> Exercise {
    let exercises = try exercises
    if let name { return try exercises.exercise(named: name) }
    guard let next = exercises.next(try progressFile.load()) else {
      throw CourseError("all \(exercises.all.count) exercises are solved; name one, as in 04.1")
    }
    return next
  }

  /// Notes what was done with an exercise. A file that cannot be written is a line on standard error, nothing else.
  func note(_ activity: ReadingProgress.Activity, _ exercise: Exercise) {
    do {
      try progressFile.add(activity, exercise)
    } catch {
      LiveLine.hint("course: \(error)")
    }
  }

  /// Checks an answer, notes it if it is right, and gives the report.
  func check(_ exercise: Exercise) throws -> (isSolved: Bool, report: String) {
    try AnswerFile(exercise, root: root).begin()
    let outcome = try ExerciseProgram(products: products).check(exercise)
    if outcome.isPassed { note(.solved, exercise) }
    return (
      outcome.isPassed,
      ExerciseReport(
        exercise, outcome, reason: try exercise.readable(\.reason), hasStyles: Terminal.ofStandardOutput.hasStyles
      ).text
    )
  }
}

struct ListExercises: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "One line for each exercise, with when it was solved.")

  @Argument(help: "Numbers of lessons; all without any.")
  var lessons: [String] = []

  func run() throws {
    let workspace = try Workspace()
    let progress = try workspace.progressFile.load()
    let exercises = try ExerciseList(of: workspace.manifest.lessons(named: lessons), root: workspace.root).all
    let rows = exercises.map { exercise -> [String] in
      let isBegun = AnswerFile(exercise, root: workspace.root).exists
      let state = progress.solved(exercise).map { $0.date ?? "yes" } ?? (isBegun ? "begun" : "-")
      return [exercise.id, exercise.title, exercise.lesson.title, state]
    }
    let solved = exercises.count { progress.solved($0) != nil }
    let table = TextTable(["#", "exercise", "lesson", "solved"], rows.map { $0.map(Cell.text) }).lines
    let next = exercises.first { progress.solved($0) == nil }
    let summary =
      "\(solved) of \(exercises.count) exercises solved"
      + (next.map { "; next: swift run course exercise next, or check \($0.id)" } ?? "")
    StandardStreams.write((table + ["", summary]).joined(separator: "\n") + "\n")
  }
}

struct NextExercise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "Begins an exercise: shows its task, and makes Answer.swift from its starter.")

  @Argument(help: "The exercise, as in 04.1; without it the first that is not solved.")
  var exercise: String?

  func run() throws {
    let workspace = try Workspace()
    let exercise = try workspace.exercise(self.exercise)
    let answer = AnswerFile(exercise, root: workspace.root)
    try answer.begin()
    let heading = "Exercise \(exercise.id). \(exercise.title)"
    let underline = String(repeating: "=", count: DisplayWidth.columns(of: heading))
    let advice = """
      Your file: \(answer.path)
      Check it:  swift run course exercise check \(exercise.id)
      On every save: swift run course watch \(exercise.id)
      """
    StandardStreams.write(
      "\(heading)\n\(underline)\n\n\(try exercise.readable(\.task))\n\n\(advice)\n")
  }
}

struct CheckExercise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compiles an answer, and says which properties of a right one it has.")

  @Argument(help: "The exercise, as in 04.1; without it the first that is not solved.")
  var exercise: String?

  func run() throws {
    let workspace = try Workspace()
    let exercise = try workspace.exercise(self.exercise)
    let (isSolved, report) = try workspace.check(exercise)
    StandardStreams.write(report)
    guard isSolved else { throw ExitCode.failure }
    if let next = try workspace.exercises.next(workspace.progressFile.load()) {
      StandardStreams.write("\nNext: swift run course exercise next (\(next.id), \(next.title))\n")
    }
  }
}

struct Hint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the next hint for an exercise; each says more than the one before.")

  @Argument(help: "The exercise, as in 04.1; without it the first that is not solved.")
  var exercise: String?

  @Flag(help: "Show all hints.")
  var all = false

  func run() throws {
    let workspace = try Workspace()
    let exercise = try workspace.exercise(self.exercise)
    let count = exercise.hints.count
    let shown = try workspace.progressFile.load().hintCount(exercise)
    let indices = all ? Array(0..<count) : [min(shown, count - 1)]
    for index in indices {
      try StandardStreams.write(
        "Hint \(index + 1) of \(count) for \(exercise.id), \(exercise.title)\n\n"
          + exercise.readable(\.hints[index]) + "\n" + (index == indices.last ? "" : "\n"))
    }
    if !all, shown < count { workspace.note(.hint, exercise) }
    if !all, shown + 1 >= count {
      StandardStreams.write("\nThat is the last hint. A solution: swift run course exercise solution \(exercise.id)\n")
    }
  }
}

struct Reset: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts the starter back; what stood in Answer.swift stays beside it.")

  @Argument(help: "The exercise, as in 04.1.")
  var exercise: String

  func run() throws {
    let workspace = try Workspace()
    let answer = AnswerFile(try workspace.exercise(exercise), root: workspace.root)
    let kept = try answer.reset()
    StandardStreams.write("\(answer.path) is the starter again\(kept.map { "; what stood there is in \($0)" } ?? "")\n")
  }
}

struct Solution: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Shows a solution, and what it shows.")

  @Argument(help: "The exercise, as in 04.1.")
  var exercise: String

  func run() throws {
    let workspace = try Workspace()
    let exercise = try workspace.exercise(self.exercise)
    let path = exercise.path(of: .solution)
    let code = try String(contentsOf: workspace.root.appending(path: path), encoding: .utf8)
    StandardStreams.write("// \(path)\n\n\(code)\n\(try exercise.readable(\.reason))\n")
  }
}
