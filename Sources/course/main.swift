import ArgumentParser
import CourseKit
import Foundation
import Notebook

/// The course's own tool: reads, runs, watches, checks and weaves lessons, asks questions, checks exercises, fetches and
/// verifies models, and trains the small ones.
struct Course: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "course",
    abstract:
      "Reads, runs, watches, checks and weaves the course's lessons, asks and checks, fetches, verifies and trains models.",
    subcommands: [
      List.self, Read.self, Run.self, Watch.self, Next.self, Progress.self, ExerciseCommand.self, AskQuiz.self,
      Check.self, Record.self, Weave.self, Export.self, Verify.self, Train.self, Draw.self, Fetch.self,
    ])
}

StandardStreams.reserve()
// One line on standard error for whatever goes wrong; the parser itself would add its usage.
do {
  var command = try Course.parseAsRoot()
  try command.run()
} catch {
  let status = Course.exitCode(for: error)
  if status.isSuccess {
    StandardStreams.write(Course.fullMessage(for: error) + "\n")
  } else if !(error is ExitCode) {
    let message = (error as? CourseError)?.description ?? Course.message(for: error)
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let advice = status == .validationFailure ? " (course --help lists the commands)" : ""
    LiveLine.hint("course: \(line)\(advice)")
  }
  exit(status.rawValue)
}
