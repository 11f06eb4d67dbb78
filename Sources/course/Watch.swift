import ArgumentParser
import CourseKit
import Foundation
import Notebook

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a lesson, or checks an exercise, again on every save, and shows what changed.",
    discussion: """
      Builds and runs the lesson when a file of its folder, of Sources or of expected-outputs is saved, and compares \
      what it prints with expected-outputs and with the run before. While it does not build, the last good result stays. \
      Ctrl-C ends it. A saved Answer.swift of one of the lesson's exercises is checked.

      With an exercise, as in course watch 04.1, only its answer is checked, and then those of the exercises after it.

      The lesson's own flags stand behind --, as in course watch 04 -- --ablation no-positions.
      """)

  @Argument(help: "Number of the lesson, 04 or 4, or of an exercise, 04.1.")
  var lesson: String

  @Option(parsing: .unconditional, help: ArgumentHelp("The lesson's --seed.", valueName: "n"))
  var seed: Int?

  @Argument(parsing: .postTerminator, help: "The lesson's own flags, behind --.")
  var arguments: [String] = []

  func validate() throws {
    if let seed { try CommonOptions.check(seed, of: "--seed <n>", in: CommonOptions.seedRange) }
  }

  func run() throws {
    let workspace = try Workspace()
    if lesson.contains(".") { return try watchExercises(workspace) }
    let lesson = try workspace.manifest.lesson(named: self.lesson)
    let settings = LessonWatch.Settings(
      lesson: lesson, arguments: (seed.map { ["--seed", String($0)] } ?? []) + arguments,
      products: workspace.products)
    let watch = LessonWatch(
      settings, terminal: .ofStandardOutput, write: StandardStreams.write,
      noteGoodRun: { workspace.note(.ran, lesson) },
      checkAnswer: { file in
        let exercises = try workspace.exercises.of(lesson)
        return try exercises.first { file == $0.path(of: .answer) }.map { try workspace.check($0).report }
      })
    try watch.run { true }
  }

  private func watchExercises(_ workspace: Workspace) throws {
    if seed != nil || !arguments.isEmpty { throw ValidationError("An exercise takes no flags of a lesson.") }
    let exercises = try workspace.exercises
    let first = try exercises.exercise(named: lesson)
    try ExerciseWatch(
      exercises.of(first.lesson).filter { $0.number >= first.number }, root: workspace.root,
      terminal: .ofStandardOutput, write: StandardStreams.write,
      task: { try $0.readable(\.task) }, check: workspace.check
    ).run { true }
  }
}
