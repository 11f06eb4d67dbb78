import Checkpoints
import Layers
import Support
import Tensors

/// A published model, which is made from a directory in the form that Hugging Face gives to models.
///
///     let clip = try CLIPModel(checkpoint: "clip-vit-base-patch32")
public protocol PretrainedModel {
  /// The settings that it is made from.
  associatedtype Configuration

  /// The `model_type` of the directories that hold it.
  static var modelType: String { get }

  /// Its own settings, `nil` if these are another model's.
  static func settings(of configuration: ModelConfiguration) -> Configuration?

  /// What the model was made from.
  var configuration: Configuration { get }

  /// Its settings among those of all models: the way back from ``settings(of:)``.
  static func modelConfiguration(_ settings: Configuration) -> ModelConfiguration

  /// The class of transformers that has the same weights under the same names.
  static var architecture: String { get }

  /// What that class has and others of the same `model_type` lack, as a message says it.
  static var requirement: String { get }

  /// A model with initial values.
  init(_ configuration: Configuration)

  /// Makes the tensors of a checkpoint the model's parameters (``Module/load(_:prefix:rules:memory:)``).
  @discardableResult
  func load(_ checkpoint: Checkpoint, prefix: String, rules: KeyRules, memory: WeightMemory) throws -> LoadReport

  /// Switches to use: nothing is dropped.
  @discardableResult
  func eval() -> Self
}

extension PretrainedModel {
  /// Reads a model from a directory with `config.json` and `model.safetensors` (or its shards, or
  /// `pytorch_model.bin`), ready for use.
  ///
  /// - Parameters:
  ///   - memory: whether the weights stay in the file, or can be trained.
  ///   - onReport: told which of the checkpoint's tensors were used; show its `summary` to whoever loads the model.
  /// - Throws: `DataError` for a missing or damaged file, another kind of model, or weights that do not fit.
  public init(
    checkpoint path: String, memory: WeightMemory = .mapped, onReport: ((LoadReport) -> Void)? = nil
  ) throws {
    try self.init(ModelDirectory(path), memory: memory, onReport: onReport)
  }

  /// Reads a model from an opened directory.
  ///
  /// - Parameters:
  ///   - weights: the checkpoint file, instead of the first one that the directory has.
  ///   - memory: whether the weights stay in the file, or can be trained.
  ///   - onReport: told which of the checkpoint's tensors were used.
  /// - Throws: `DataError` as above.
  public init(
    _ directory: ModelDirectory, weights: String? = nil, memory: WeightMemory = .mapped,
    onReport: ((LoadReport) -> Void)? = nil
  ) throws {
    let file = directory.find("config.json") ?? directory.path
    func settings(_ configuration: ModelConfiguration) throws -> Configuration {
      if let settings = Self.settings(of: configuration) { return settings }
      throw DataError(
        .mismatch, file: file, place: "model_type",
        reason: "is \"\(configuration.modelType)\", but a \(Self.self) needs \"\(Self.modelType)\"")
    }
    _ = try settings(directory.configuration)
    let checkpoint = try Self.fittingCheckpoint(directory, weights: weights)
    let configuration = directory.configuration.fitted(to: checkpoint)
    let fitted = try settings(configuration)
    self = Initialization.skipped { Self(fitted) }
    let model = self
    let report = try Self.namingClass(of: directory) {
      try model.load(checkpoint, prefix: "", rules: KeyRules(for: configuration), memory: memory)
    }
    onReport?(report)
    eval()
  }

  /// The weights of a directory under the model's own names, compared with the sizes in its settings before any memory is
  /// asked for.
  ///
  /// - Parameter weights: the checkpoint file, instead of the first one that the directory has.
  /// - Throws: `DataError` for weights that are missing or damaged or do not fit; where the directory says that they
  ///   are those of another class, that is named.
  @discardableResult
  public static func fittingCheckpoint(_ directory: ModelDirectory, weights: String? = nil) throws -> Checkpoint {
    let opened = try weights.map { try Checkpoint(path: $0) } ?? directory.checkpoint()
    let checkpoint = try directory.configuration.named(opened)
    let file = directory.find("config.json") ?? directory.path
    try namingClass(of: directory) { try directory.configuration.requireFit(checkpoint, file: file) }
    return checkpoint
  }

  /// What `body` returns; weights that do not fit are explained by the class that the directory says they belong to.
  private static func namingClass<Result>(of directory: ModelDirectory, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DataError where [.notFound, .mismatch].contains(error.kind) {
      guard let stated = directory.architectures.first, !directory.architectures.contains(architecture) else {
        throw error
      }
      throw DataError(
        .mismatch, file: directory.find("config.json") ?? directory.path, place: "architectures",
        reason: "says that the weights are those of a \(quoted(stated)), but \(requirement), "
          + "a \(quoted(architecture)); \(error)")
    }
  }
}

extension PretrainedModel where Self: Module {
  /// Writes `config.json` and `model.safetensors`, from which this project and transformers read the model.
  ///
  /// Weights are written in single precision, one after the other. Files of these two names are replaced, each at once;
  /// others in the directory stay as they are.
  ///
  /// - Parameter path: a directory, which must exist.
  /// - Throws: `DataError` if a file cannot be written.
  public func save(to path: String) throws {
    let tensors = namedParameters().map { name, parameter in TensorToWrite(name: name, parameter) }
    try SafetensorsWriter.write(tensors, to: path + "/model.safetensors")
    try Self.modelConfiguration(configuration).write(to: path + "/config.json", architecture: Self.architecture)
  }
}
