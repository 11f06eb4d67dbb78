import ArgumentParser
import CourseKit
import Notebook
import Tensors
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains one of the course's small models from nothing.",
    discussion: """
      Writes a directory in the form of Hugging Face and prints its scores on held-out data. The same seed gives the \
      same bytes, with any number of threads.

      A directory of that name is replaced if it is empty or holds a model that this command wrote, with its \
      training_report.txt, and nothing else. Anything else is refused before the training, and left as it is.

      Until the model is complete, the training is kept beside the directory, in files whose names go on with .training. \
      A training that was interrupted goes on where it stood when the command is given again.
      """)

  @Argument(help: "The model.")
  var model: Trainer

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The directory to write, or to replace. (default: the model's name, such as clip-scenes)", valueName: "directory")
  )
  var output: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Where all random numbers start.", valueName: "n"))
  var seed = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Batches to learn from in each stage, instead of the usual numbers.", valueName: "n"))
  var steps: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Threads that compute.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Forget a training that was interrupted, with its .training files, and start over.")
  var restart = false

  func validate() throws {
    try CommonOptions.check(seed, of: "--seed <n>", in: CommonOptions.seedRange)
    if let threads { try CommonOptions.check(threads, of: "--threads <n>", in: CommonOptions.threadRange) }
    if let steps { try CommonOptions.check(steps, of: "--steps <n>", in: TrainingOptions.stepRange) }
    if output == "" { throw ValidationError("Missing value for '--output <directory>'") }
  }

  // A command runs on the main thread, to which the progress bar belongs.
  func run() throws { try MainActor.assumeIsolated { try train() } }

  @MainActor private func train() throws {
    if let threads { Threads.count = threads }
    let output = self.output ?? model.checkpoint.name
    let bar = TrainingBar(label: "training \(model.rawValue)")
    let options = TrainingOptions(output: output, seed: seed, steps: steps, isRestarted: restart)
    let result = Result {
      try model.train(options) { step, steps, loss in bar.show(step: step, of: steps, loss: loss) }
    }
    bar.finish()
    do {
      try StandardStreams.write(result.get().text + "\n")
    } catch {
      throw CourseError("\(error)")
    }
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
      LiveLine.hint("\(label): step \(step) of \(steps), \(note)")
    }
  }

  func finish() { bar?.finish() }
}
