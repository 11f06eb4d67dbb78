import ArgumentParser
import Checkpoints
import Datasets
import Images
import Notebook

/// The flags of lessons that run a published model: which model, which pictures, and how to answer.
public struct ModelFlags: ParsableArguments {
  @Option(
    name: .customLong("model"), parsing: .unconditional,
    help: ArgumentHelp(
      "Model to run: a directory in Hugging Face form (config.json, model.safetensors, tokenizer, image processor).",
      valueName: "directory"))
  var directory: String?

  @Option(
    name: .customLong("image"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("PNG, JPEG or WebP to look at; may be given several times.", valueName: "file"))
  var imageFiles: [String] = []

  @Flag(help: "Print the answer as one JSON object, and nothing else.")
  var json = false

  /// The defaults; the parser fills in what the command line gives.
  public init() {}

  /// Refuses empty names.
  public mutating func validate() throws {
    if directory == "" { throw ValidationError("Missing value for '--model <directory>'") }
    if imageFiles.contains("") { throw ValidationError("Missing value for '--image <file>'") }
  }

  /// Whether any of these flags was given.
  var areGiven: Bool { directory != nil || !imageFiles.isEmpty || json }

  /// The model's directory: the one given, else the course's own.
  func directory(default defaultModel: String?, _ kind: String) throws -> String {
    if let directory = directory ?? defaultModel { return directory }
    throw ModelTaskError("--model <directory> is needed, the directory of a \(kind)")
  }

  /// The pictures given, upright, each with its name; without any the course's photograph of a cat.
  func pictures() throws -> [Picture] {
    if imageFiles.isEmpty {
      LiveLine.hint("no --image given: looking at the course's photograph of a cat")
      return [Picture(name: "the course's cat", image: try Photos.cat)]
    }
    return try imageFiles.map { Picture(name: $0, image: try ImageFile(contentsOf: $0).upright) }
  }
}

/// A picture with the name that the reader knows it by.
struct Picture {
  let name: String
  let image: Image
}

extension [Picture] {
  var images: [Image] { map(\.image) }

  /// What `body` returns; an image that cannot be prepared is named.
  func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as PreparationError where indices.contains(error.index) {
      throw ModelTaskError("\(self[error.index].name): \(error.reason)")
    }
  }
}

/// Refuses texts without a word, and in their place the value is named.
func requireWords(_ texts: [String], flag: String, valueName: String) throws {
  if let blank = texts.first(where: { $0.allSatisfy(\.isWhitespace) }) {
    throw ValidationError("The value '\(blank)' is invalid for '\(flag) <\(valueName)>': it has no words")
  }
}

/// Refuses a number outside of a range.
func require(_ value: Int?, in range: ClosedRange<Int>, flag: String) throws {
  if let value, !range.contains(value) {
    throw ValidationError(
      "The value '\(value)' is invalid for '\(flag) <n>': from \(range.lowerBound) to \(range.upperBound)")
  }
}

/// Tells of weights in the file that the model has no use for: perhaps it is another model's file.
func hint(_ report: LoadReport?) {
  if let summary = report?.summary { LiveLine.hint(summary) }
}

/// A text that a model wrote, fit for a table's cell: OPT ends its answers with a line break.
func onOneLine(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

/// Shows texts on the terminal as they grow, all on one line.
final class GrowingTexts {
  private let line = LiveLine()
  private var texts: [String]

  init(count: Int) { texts = Array(repeating: "", count: count) }

  func show(_ words: String, of text: Int) {
    while texts.count <= text { texts.append("") }
    texts[text] = words
    line.show(texts.joined(separator: "  "))
  }

  func clear() { line.clear() }
}
