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

  @Option(parsing: .unconditional, help: ArgumentHelp("A PNG, JPEG or WebP.", valueName: "file"))
  var image: String

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
    if image.isEmpty { throw ValidationError("Missing value for '--image <file>'") }
    if save == "" { throw ValidationError("Missing value for '--save <directory>'") }
    try CommonOptions.check(threads, of: "--threads <n>", in: CommonOptions.threadRange)
  }

  func run() throws {
    Threads.count = threads
    let task = try PretrainedTask.load(directory, image: image, texts: text)
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

/// What a published model does with one picture and some words.
struct PretrainedTask {
  /// What comes out.
  struct Result: Encodable {
    /// Generated ids, the prompt's before them.
    var ids: [Int]?
    /// Probabilities, or the score of generated ids.
    var scores: [Float]?
    /// The words that are the answer.
    var answers: [String] = []
    var logits: [Float]?
    var peakBytes = 0
  }

  /// The model alone, on inputs that were prepared before.
  let model: () throws -> Void
  /// From pixels and words to words.
  let whole: () throws -> Result
  /// What the answer is chosen from, of generating models the scores of the first token.
  let logits: () throws -> [Float]
  /// The model up to the first token, where it writes several.
  var first: (() throws -> Void)?
  /// Writes the model into a directory.
  let save: (String) throws -> Void
}
