import ArgumentParser
import Foundation
import Notebook
import Pretrained
import Tensors

/// A published model at work: the side of this project in `Scripts/compare/compare.py`.
struct Pretrained: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a published model once, or serves orders to measure it (make compare does).",
    discussion: """
      Prints one JSON object with what the model answers. With --serve it takes orders from standard input instead, one \
      a line: 'model N' runs the model N times on prepared inputs and answers with the seconds it took, 'whole N' from \
      the picture's pixels and the words to the answer, 'first N' as 'model N' but only to the first token that BLIP-2 \
      writes, and 'memory' answers with the peak in bytes.
      """)

  @Argument(help: "The model's directory.")
  var directory: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A PNG, JPEG or WebP; models without words take several.", valueName: "file"))
  var image: [String]

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A text, question or prompt; CLIP takes several.", valueName: "words"))
  var text: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("Threads; all cores if not given.", valueName: "n"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Add the logits to what is printed.")
  var logits = false

  @Flag(help: "Take orders from standard input.")
  var serve = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Write the model into this directory again; its config.json and model.safetensors are replaced.",
      valueName: "directory"))
  var save: String?

  func validate() throws {
    if directory.isEmpty { throw ValidationError("Missing expected argument '<directory>'") }
    if image.contains("") { throw ValidationError("Missing value for '--image <file>'") }
    if save == "" { throw ValidationError("Missing value for '--save <directory>'") }
    try CommonOptions.check(threads, of: "--threads <n>", in: CommonOptions.threadRange)
  }

  func run() throws {
    Threads.count = threads
    let task = try PretrainedTask.load(directory, images: image, texts: text)
    if let save {
      try task.save(save)
    } else if serve {
      try Worker.serve { order in
        switch order {
        case "model": try task.model()
        case "first": try (task.first ?? task.model)()
        default: _ = try task.whole()
        }
      }
    } else {
      var result = try task.whole()
      if logits { result.logits = try task.logits() }
      result.peakBytes = Worker.peakBytes()
      StandardStreams.write(String(decoding: try JSONEncoder().encode(result), as: UTF8.self) + "\n")
    }
  }
}
