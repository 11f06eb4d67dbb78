import ArgumentParser
import Checkpoints
import CourseKit
import Foundation
import Notebook
import Tensors
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains one of the course's small models from nothing.",
    discussion: """
      Writes a directory in the form of Hugging Face and prints its scores on held-out data. The same seed gives the \
      same bytes, with any number of threads. A training that was interrupted goes on where it stood when the command \
      is given again.
      """)

  @Argument(help: "The model.")
  var model: Trainer

  @Option(help: ArgumentHelp("The directory to write.", valueName: "directory"))
  var output: String?

  @Option(help: ArgumentHelp("Where all random numbers start.", valueName: "n"))
  var seed = 0

  @Option(help: ArgumentHelp("Batches to learn from, instead of the usual number.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Threads that compute.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Forget a training that was interrupted, and start over.")
  var restart = false

  func validate() throws {
    try CommonOptions.check(seed, of: "--seed <n>", in: CommonOptions.seedRange)
    if let threads { try CommonOptions.check(threads, of: "--threads <n>", in: CommonOptions.threadRange) }
    if let steps, steps < 1 {
      throw ValidationError("The value '\(steps)' is invalid for '--steps <n>': at least 1")
    }
  }

  func run() throws {
    if let threads { Threads.count = threads }
    let output = self.output ?? model.checkpoint.name
    let bar = MainActor.assumeIsolated { TrainingBar(label: "training \(model.rawValue)") }
    let report: TrainingReport
    do {
      report = try model.train(
        TrainingOptions(output: output, seed: seed, steps: steps, isRestarted: restart),
        onStep: { step, steps, loss in MainActor.assumeIsolated { bar.show(step: step, of: steps, loss: loss) } })
      MainActor.assumeIsolated { bar.finish() }
    } catch {
      MainActor.assumeIsolated { bar.finish() }
      throw CourseError("\(error)")
    }
    print(report.text)
  }
}

extension Trainer: ExpressibleByArgument {}

/// The progress of a training on standard error: a bar on a terminal, a line now and then elsewhere.
@MainActor
private final class TrainingBar {
  private let label: String
  private var bar: ProgressBar?
  private var done = 0
  /// The loss, smoothed over some twenty steps.
  private var smoothed: Float?

  init(label: String) { self.label = label }

  func show(step: Int, of steps: Int, loss: Float) {
    let bar = self.bar ?? ProgressBar(label, total: steps)
    self.bar = bar
    let mean = smoothed.map { $0 + 0.05 * (loss - $0) } ?? loss
    smoothed = mean
    let note = "loss \(Format.fixed(mean, decimals: 4))"
    bar.advance(by: step - done, note: note)
    done = step
    if !bar.isVisible, step % 100 == 0 || step == steps {
      FileHandle.standardError.write(Data("\(label): step \(step) of \(steps), \(note)\n".utf8))
    }
  }

  func finish() { bar?.finish() }
}
