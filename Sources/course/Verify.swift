import ArgumentParser
import CourseKit
import Notebook
import Support
import Verification

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares what models compute with recorded results.",
    discussion: """
      Each directory holds a model (config.json and weights), inputs.safetensors and expected.json. Prints each \
      quantity with its largest difference; ends with exit code 1 if one is past the tolerance, or is recorded and \
      not computed.
      """)

  @Argument(help: "Directories of models with recorded results.")
  var directories: [String]

  @Option(parsing: .unconditional, help: ArgumentHelp("Largest difference that counts as equal.", valueName: "x"))
  var tolerance = ModelVerification.defaultTolerance

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("File with the weights in each directory, such as pytorch_model.bin.", valueName: "file"))
  var weights: String?

  func validate() throws {
    guard tolerance >= 0, tolerance.isFinite else {
      throw ValidationError("The value '\(tolerance)' is invalid for '--tolerance <x>': a number from 0")
    }
    if directories.contains("") { throw ValidationError("Missing expected argument '<directories> ...'") }
    if weights == "" { throw ValidationError("Missing value for '--weights <file>'") }
  }

  func run() throws {
    var allPass = true
    for directory in directories {
      let verification = try ModelVerification(directory: directory, weights: weights)
      StandardStreams.write(printable(verification.report(tolerance: tolerance)))
      allPass = verification.passes(tolerance: tolerance) && allPass
    }
    if !allPass { throw ExitCode.failure }
  }
}
