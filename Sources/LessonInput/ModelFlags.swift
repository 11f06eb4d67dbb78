import ArgumentParser
import Checkpoints
import Datasets
import Images
import Notebook
import Pretrained
import Support

/// The flags of lessons that run a published model: which model, which pictures, and how to answer.
public struct ModelFlags: ParsableArguments {
  @Option(
    name: .customLong("model"), parsing: .unconditional,
    help: ArgumentHelp(
      """
      Model to run: a directory in Hugging Face form (config.json, model.safetensors, tokenizer, image processor), or \
      the name of one on the hub, organization/name[@revision], whose files are fetched once.
      """, valueName: "model"))
  var directory: String?

  @Option(
    name: .customLong("image"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "PNG, JPEG or WebP to look at, a file or an address (https://…); may be given several times.", valueName: "file"))
  var imageFiles: [String] = []

  @Flag(help: "Print the answer as one JSON object, and nothing else.")
  package var json = false

  /// The defaults; the parser fills in what the command line gives.
  public init() {}

  /// Refuses empty names.
  public mutating func validate() throws {
    if directory == "" { throw ValidationError("Missing value for '--model <model>'") }
    if imageFiles.contains("") { throw ValidationError("Missing value for '--image <file>'") }
  }

  /// Whether a model was named.
  package var namesModel: Bool { directory != nil }

  /// The directory or the name of the model that was named.
  package var namedModel: String? { directory }

  /// Whether a picture was named.
  package var namesPictures: Bool { !imageFiles.isEmpty }

  /// Whether any of these flags was given.
  package var areGiven: Bool { directory != nil || !imageFiles.isEmpty || json }

  /// The model in the directory given or of the name given, else the course's own, with a hint about weights that it has
  /// no use for: perhaps they are another model's.
  ///
  /// - Parameter course: the directory of the course's own model; `nil` where it has none of this kind.
  /// - Throws: an error in one line; for a directory with another kind of model it names the lesson that takes it.
  package func open<Kind: Pipeline>(_ kind: Kind.Type, default course: String?) throws -> Kind {
    try open(default: course) { path in
      let pipeline = try Kind(directory: path)
      return (pipeline, pipeline.loadReport)
    }
  }

  /// The same for one of several kinds of model that do the same task: what the directory holds decides.
  package func open<Task>(_ kinds: PipelineChoice<Task>, default course: String) throws -> Task {
    try open(default: course) { try kinds.open($0) }
  }

  /// The same for a task that itself tells its kinds of model apart.
  package func open<Task>(
    default course: String?, _ open: (String) throws -> (task: Task, report: LoadReport?)
  ) throws -> Task {
    guard let path = try directory.map(HubAccess.modelDirectory) ?? course else {
      throw DataError(reason: "needs --model <model>")
    }
    do {
      let (task, report) = try open(path)
      if let summary = report?.summary { LiveLine.hint(summary) }
      return task
    } catch let error as WrongModelType {
      let lesson = Self.lessons.first { $0.takes(error) }?.name ?? "no lesson"
      let found = error.architectures.first { name in Self.lessons.contains { $0.architecture == name } } ?? error.found
      throw DataError(.mismatch, reason: "\(error); \(lesson) takes a '\(found)'")
    }
  }

  /// A lesson that runs a kind of model: of a `model_type`, and where several lessons take that, of a class.
  private struct ModelLesson {
    let name: String
    let modelType: String
    var architecture: String?

    func takes(_ error: WrongModelType) -> Bool {
      error.found == modelType && (architecture.map(error.architectures.contains) ?? true)
    }
  }

  private static let lessons = [
    ModelLesson(name: "Lesson04_ViT", modelType: "vit"),
    ModelLesson(name: "Lesson06_PretrainedCLIP", modelType: "clip"),
    ModelLesson(name: "Lesson06_PretrainedCLIP", modelType: "clip_resnet"),
    ModelLesson(name: "Lesson06_PretrainedCLIP", modelType: "siglip"),
    ModelLesson(
      name: "Lesson07_Captioning (of pictures) or Lesson14_DocumentUnderstanding (of text)",
      modelType: "vision-encoder-decoder"),
    ModelLesson(name: "Lesson07_Captioning", modelType: "blip", architecture: "BlipForConditionalGeneration"),
    ModelLesson(name: "Lesson08_VQA", modelType: "vilt"),
    ModelLesson(name: "Lesson08_VQA", modelType: "blip", architecture: "BlipForQuestionAnswering"),
    ModelLesson(name: "Lesson09_BLIP2", modelType: "blip-2"),
  ]

  /// The pictures given, upright, each with its name; without any the course's photograph of a cat.
  package func pictures() throws -> [Picture] {
    if imageFiles.isEmpty {
      LiveLine.hint("no --image given: looking at the course's photograph of a cat")
      return [Picture(name: "the course's cat", image: try Photos.cat)]
    }
    return try imageFiles.map { Picture(name: $0, image: try HubAccess.image($0).upright) }
  }
}

/// A picture with the name that the reader knows it by.
package struct Picture {
  package let name: String
  package let image: Image
}

extension [Picture] {
  package var images: [Image] { map(\.image) }

  /// What `body` returns; an image that cannot be prepared is named.
  package func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as PreparationError where indices.contains(error.index) {
      throw DataError(.mismatch, file: self[error.index].name, reason: error.reason)
    }
  }
}

/// Refuses texts without a word, and in their place the value is named.
package func requireWords(_ texts: [String], flag: String, valueName: String) throws {
  if let blank = texts.first(where: { $0.allSatisfy(\.isWhitespace) }) {
    throw ValidationError("The value '\(blank)' is invalid for '\(flag) <\(valueName)>': it has no words")
  }
}

/// Refuses a number outside of a range.
package func require(_ value: Int?, in range: ClosedRange<Int>, flag: String) throws {
  if let value, !range.contains(value) {
    throw ValidationError(
      "The value '\(value)' is invalid for '\(flag) <n>': from \(range.lowerBound) to \(range.upperBound)")
  }
}

/// A text that a model wrote, fit for a table's cell: OPT ends its answers with a line break.
package func onOneLine(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

/// Shows texts on the terminal as they grow, all on one line.
package final class GrowingTexts {
  private let line = LiveLine()
  private var texts: [String]

  package init(count: Int) { texts = Array(repeating: "", count: count) }

  package func show(_ words: String, of text: Int) {
    while texts.count <= text { texts.append("") }
    texts[text] = words
    line.show(texts.joined(separator: "  "))
  }

  package func clear() { line.clear() }
}
