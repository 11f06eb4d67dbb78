import Checkpoints
import Images
import Support
import Tokenizers

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A published model with all that it needs, from pictures and texts to an answer.
public protocol Pipeline {
  /// The model, as one class of transformers has it.
  associatedtype Model: PretrainedModel
  /// The model.
  var model: Model { get }
  /// Reads model, image processor and, where the task has texts, tokenizer from a directory in Hugging Face form.
  ///
  /// - Throws: an error in one line that names the file and the reason; ``WrongModelType`` for another kind of model.
  init(directory path: String) throws
  /// What was found in the file with the weights; `nil` for a model that was not read from a file.
  var loadReport: LoadReport? { get }
}

/// A model's directory with all that a task about pictures needs of it: settings, weights and image processor.
struct ImageModelDirectory<Model: PretrainedModel> {
  let model: ModelDirectory
  let processor: ImagePreparation

  /// Opens a directory; what is quick to find out comes first, the weights last.
  ///
  /// - Throws: an error that names the file and the reason if there is no such directory, it holds another kind of
  ///   model, or a file is missing or damaged.
  init(_ path: String) throws { try self.init(ModelDirectory(readable: path)) }

  /// The same for a directory that is open.
  ///
  /// - Parameter kinds: the kinds of model that the task takes, for messages.
  init(_ model: ModelDirectory, kinds: [String] = [Model.Configuration.modelType]) throws {
    self.model = model
    let (path, needed, settings) = (model.path, Model.Configuration.modelType, model.settingsFile)
    guard model.configuration.modelType == needed, !Model.isOfAnotherClass(model) else {
      throw WrongModelType(model, needed: kinds)
    }
    // Say first that the weights are those of another class: such a directory may lack a tokenizer.
    if !model.architectures.isEmpty, !model.architectures.contains(Model.architecture) {
      _ = try Model.fit(model)
    }
    if let channels = try model.configuration.written().sizes.first(where: { $0.path.last == "num_channels" }),
      channels.value != 3
    {
      throw DataError(
        .mismatch, file: settings,
        reason: "\(channels.key) is \(channels.value), but the pictures have 3 channels, red, green and blue")
    }
    if let openCLIP = model.openCLIP {
      processor = ImagePreparation(openCLIP.processor, directory: path)
      return
    }
    processor = ImagePreparation(try ImageProcessor(directory: path), directory: path)
  }

  /// Reads the weights.
  func load() throws -> (model: Model, report: LoadReport?) {
    var report: LoadReport?
    let model = try Model(model) { report = $0 }
    return (model, report)
  }
}

/// A model's directory with all that a task about pictures and texts needs of it.
struct PipelineDirectory<Model: PretrainedModel> {
  private let images: ImageModelDirectory<Model>
  let tokenizer: any Tokenizer

  var model: ModelDirectory { images.model }
  var processor: ImagePreparation { images.processor }

  /// Opens a directory; what is quick to find out comes first, the weights last.
  ///
  /// - Parameter specialTokens: what the kind of model's processor adds to its tokenizer.
  /// - Throws: an error that names the file and the reason if there is no such directory, it holds another kind of
  ///   model, or a file is missing or damaged.
  init(_ path: String, addingSpecialTokens specialTokens: [String] = []) throws {
    try self.init(ModelDirectory(readable: path), addingSpecialTokens: specialTokens)
  }

  /// The same for a directory that is open.
  ///
  /// - Parameter kinds: the kinds of model that the task takes, for messages.
  init(
    _ model: ModelDirectory, kinds: [String] = [Model.Configuration.modelType],
    addingSpecialTokens specialTokens: [String] = []
  ) throws {
    images = try ImageModelDirectory(model, kinds: kinds)
    if let openCLIP = model.openCLIP {
      tokenizer = try openCLIP.tokenizer(directory: model.path)
      return
    }
    _ = try model.require(["tokenizer.json", Model.Configuration.vocabularyFile], purpose: "tokenizer")
    tokenizer = try loadTokenizer(directory: model.path, addingSpecialTokens: specialTokens)
  }

  /// Reads the weights.
  func load() throws -> (model: Model, report: LoadReport?) { try images.load() }
}

extension ModelDirectory {
  /// Opens a directory for a task.
  ///
  /// - Throws: a ``DataError`` that says why a directory cannot be looked into, or what is wrong with its settings.
  init(readable path: String) throws {
    if access(path, F_OK) == 0, access(path, R_OK | X_OK) != 0 {
      throw DataError(.inputOutput, file: path, reason: String(cString: strerror(errno)))
    }
    try self.init(path)
  }
}

/// A directory that holds another kind of model than the one that was asked for.
public struct WrongModelType: Error, Equatable, CustomStringConvertible {
  /// The path of `config.json`.
  public let file: String
  /// The `model_type` that the file says.
  public let found: String
  /// Those that are needed.
  public let needed: [String]
  /// The classes of transformers that the file says, `architectures`.
  public let architectures: [String]

  init(_ model: ModelDirectory, needed: [String]) {
    file = model.settingsFile
    found = model.configuration.modelType
    self.needed = needed
    architectures = model.architectures
  }

  /// One line.
  public var description: String {
    if needed.contains(found), let name = architectures.first {
      return "\(file) says model_type '\(found)' and class '\(name)', but another class is needed"
    }
    return "\(file) says model_type '\(found)', but '\(needed.joined(separator: "' or '"))' is needed"
  }
}

extension Tokenizer {
  /// Texts as tokens, each of its own length, checked against what a model can read.
  ///
  /// - Parameters:
  ///   - texts: what to encode.
  ///   - vocabularySize: how many tokens the model knows.
  ///   - positionCount: how many tokens of a text the model reads.
  ///   - isPadding: whether the texts will be padded, for ``Tokenizer/processorTruncation(isPadding:)``; `nil` for what
  ///     is taken whole and stands beside tokens of other kinds, so that it may be empty.
  ///   - isCut: whether texts that are too long are cut, whatever the files say.
  ///   - directory: where the tokenizer comes from, for messages.
  /// - Throws: `DataError` for a text that is too long or has no token, or a token that the model does not know.
  func tokens(
    of texts: [String], vocabularySize: Int, positionCount: Int, isPadding: Bool? = nil, isCut: Bool = false,
    directory: String?
  ) throws -> [Encoding] {
    let truncation =
      isCut ? .length(positionCount) : isPadding.map { processorTruncation(isPadding: $0) } ?? Truncation.none
    return try texts.map { text in
      let encoding = try encode(text, pair: nil, addSpecialTokens: true, truncation: truncation)
      if encoding.count == 0, isPadding != nil {
        throw DataError(.mismatch, file: directory, reason: "the tokenizer makes no token of \"\(text.prefix(40))\"")
      }
      if encoding.count > positionCount {
        throw DataError(
          .mismatch,
          reason:
            "the text \(quoted(text.prefix(40))) … has \(encoding.count) tokens; the model reads at most \(positionCount)"
        )
      }
      if let stranger = encoding.ids.first(where: { $0 < 0 || $0 >= vocabularySize }) {
        throw DataError(
          .mismatch, file: directory,
          reason:
            "the tokenizer makes token \(stranger) of \(quoted(text)), but the model knows 0 to \(vocabularySize - 1): "
            + "the tokenizer is another model's")
      }
      return encoding
    }
  }
}
