import ArgumentParser
import CourseKit
import Foundation
import Notebook

struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a lesson again on every save, and shows what changed.",
    discussion: """
      Builds and runs the lesson when a file of its folder, of Sources or of expected-outputs is saved, and compares \
      what it prints with expected-outputs and with the run before. While it does not build, the last good result stays. \
      Ctrl-C ends it.

      The lesson's own flags stand behind --, as in course watch 04 -- --ablation no-positions.
      """)

  @Argument(help: "Number of the lesson: 04 or 4.")
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
    let lesson = try workspace.manifest.lesson(named: self.lesson)
    let settings = LessonWatch.Settings(
      lesson: lesson, arguments: (seed.map { ["--seed", String($0)] } ?? []) + arguments,
      products: workspace.products)
    let watch = LessonWatch(settings, terminal: .ofStandardOutput, write: StandardStreams.write) {
      workspace.note(.ran, lesson)
    }
    try watch.run { true }
  }
}
