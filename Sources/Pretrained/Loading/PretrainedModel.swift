import Checkpoints
import Layers
import Support
import Tensors

/// A published model, which is made from a directory in the form that Hugging Face gives to models.
///
///     let clip = try CLIPModel(checkpoint: "clip-vit-base-patch32")
public protocol PretrainedModel {
  /// The settings that it is made from.
  associatedtype Configuration: PretrainedConfiguration

  /// What the model was made from.
  var configuration: Configuration { get }

  /// The class of transformers that has the same weights under the same names.
  static var architecture: String { get }

  /// What that class has and others of the same `model_type` lack, as a message says it.
  static var requirement: String { get }

  /// Other classes with the same `model_type` whose files may hold all that this one needs: weights that are said to be of
  /// such a class are never taken for this one's.
  static var otherClasses: [String] { get }

  /// Why no such model can be made of settings, with the key at fault; `nil` if one can.
  static func problem(_ settings: Configuration) -> (key: String, reason: String)?

  /// A model with initial values.
  init(_ configuration: Configuration)

  /// All parameters with their names in checkpoints.
  func namedParameters(removingDuplicates: Bool) -> [(name: String, parameter: Tensor)]

  /// Makes the tensors of a checkpoint the model's parameters (``Module/load(_:prefix:rules:memory:)``).
  @discardableResult
  func load(_ checkpoint: Checkpoint, prefix: String, rules: KeyRules, memory: WeightMemory) throws -> LoadReport

  /// Switches to use: nothing is dropped.
  @discardableResult
  func eval() -> Self
}

extension PretrainedModel {
  /// None: the names of the tensors tell the classes apart.
  public static var otherClasses: [String] { [] }

  /// Whether a directory says that its weights are those of one of the ``otherClasses``.
  static func isOfAnotherClass(_ directory: ModelDirectory) -> Bool {
    !directory.architectures.contains(architecture)
      && directory.architectures.contains(where: otherClasses.contains)
  }

  /// None: what can be read, can be made.
  public static func problem(_ settings: Configuration) -> (key: String, reason: String)? { nil }

  /// Reads a model from a directory with `config.json` and `model.safetensors` (or its shards, or
  /// `pytorch_model.bin`), ready for use.
  ///
  /// - Parameters:
  ///   - memory: whether the weights stay in the file, or can be trained.
  ///   - onReport: called with which of the checkpoint's tensors were used; show its `summary` to the user.
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
  ///   - onReport: called with which of the checkpoint's tensors were used.
  /// - Throws: `DataError` as above.
  public init(
    _ directory: ModelDirectory, weights: String? = nil, memory: WeightMemory = .mapped,
    onReport: ((LoadReport) -> Void)? = nil
  ) throws {
    let fit = try Self.fit(directory, weights: weights)
    self = fit.model
    let report = try fit.model.load(fit.checkpoint, prefix: "", rules: fit.model.configuration.keyRules, memory: memory)
    onReport?(report)
    eval()
  }

  /// A model with the shapes of its parameters, and the weights that have these shapes, under the model's own names.
  ///
  /// The model takes no memory before the weights are found to fit, whatever sizes its settings declare.
  ///
  /// - Parameter weights: the checkpoint file, instead of the first one that the directory has.
  /// - Throws: `DataError` for another kind of model, and for weights that are missing or damaged or do not fit;
  ///   where the directory says that they are those of another class, that is named.
  static func fit(_ directory: ModelDirectory, weights: String? = nil) throws -> (model: Self, checkpoint: Checkpoint) {
    let file = directory.settingsFile
    guard let settings = directory.configuration as? Configuration else {
      let found = directory.configuration.modelType
      throw DataError(
        .mismatch, file: file, place: "model_type",
        reason: "is \"\(found)\", but a \(Self.self) needs \"\(Configuration.modelType)\"")
    }
    if isOfAnotherClass(directory) { throw otherClass(of: directory) }
    let checkpoint = try Configuration.named(weights.map(directory.checkpoint) ?? directory.checkpoint())
    return try namingClass(of: directory) {
      if let (key, reason) = problem(settings) {
        throw DataError(.mismatch, file: file, place: key, reason: reason)
      }
      try settings.requireLayers(in: checkpoint, directory)
      let fitted = settings.fitted(to: checkpoint)
      let model = Initialization.shapesOnly { Self(fitted) }
      try model.requireFit(checkpoint, directory)
      return (model, checkpoint)
    }
  }

  /// Compares the model's parameters with the tensors of a checkpoint.
  ///
  /// - Parameter directory: where the settings are from, for messages.
  /// - Throws: `DataError` that names the setting at fault, where one is, and the tensor.
  private func requireFit(_ checkpoint: Checkpoint, _ directory: ModelDirectory) throws {
    let rules = configuration.keyRules
    let expected = namedParameters(removingDuplicates: false).map { ExpectedTensor($0.name, $0.parameter.shape) }
    var differing: [(expected: ExpectedTensor, found: TensorEntry?)] = []
    for tensor in expected {
      let entry = try checkpoint.find([tensor.name] + rules.tied.filter { $0.name == tensor.name }.map(\.source))
      try entry?.requireWeights()
      if entry?.shape != tensor.shape { differing.append((tensor, entry)) }
    }
    // A tensor that has a declared size as it is tells more than one whose size is computed from several.
    let declared = Set(try configuration.written().sizes.map(\.value))
    let telling = differing.first { expected, found in
      guard let found, found.shape.count == expected.shape.count else { return false }
      return zip(expected.shape, found.shape).contains { $0 != $1 && declared.contains($0) }
    }
    if let (tensor, entry) = telling ?? differing.first {
      let missing = Set(differing.filter { $0.found == nil }.map(\.expected.name))
      let setting =
        try entry.map { try Self.setting(behind: tensor, found: $0.shape, in: configuration) }
        ?? Self.layerCount(behind: tensor, missing: missing, in: configuration)
      if let setting {
        let fact = entry.map { "\(quoted($0.name)) in \($0.file.path) has the shape \(shapeText($0.shape))" }
        throw DataError(
          .mismatch, file: directory.settingsFile, place: directory.place(of: setting.key),
          reason: "is \(setting.text), but " + (fact ?? "\(checkpoint.path) lacks \(quoted(tensor.name))"))
      }
    }
    try LoadReport(expected: expected, checkpoint: checkpoint, rules: rules).requireComplete()
  }

  /// The setting that decides the dimension in which a tensor differs from the checkpoint's: found by changing one setting
  /// after the other.
  ///
  /// - Parameter shape: the shape that the tensor has in the checkpoint.
  private static func setting(
    behind tensor: ExpectedTensor, found shape: [Int], in configuration: Configuration
  ) throws -> DeclaredSize? {
    // The first dimension that differs; any where there are more or fewer of them.
    let dimension = shape.count == tensor.shape.count ? shape.indices.first { shape[$0] != tensor.shape[$0] } : nil
    let written = try configuration.written()
    return written.sizes.first { size in
      if size.isLayerCount { return false }
      // Halves and doubles of a width still divide into the same heads.
      let other = size.value > 1 << 20 ? size.value / 2 : 2 * size.value
      guard let changed = shapes(written.object, with: size, set: other)?[tensor.name] else { return false }
      return dimension.map { $0 >= changed.count || changed[$0] != tensor.shape[$0] } ?? (changed != tensor.shape)
    }
  }

  /// The number of layers that is too large: the one without which all that is missing from a tensor's layer on would not
  /// be expected. `nil` where a layer lacks single tensors.
  private static func layerCount(
    behind tensor: ExpectedTensor, missing: Set<String>, in configuration: Configuration
  ) throws -> DeclaredSize? {
    guard let layer = tensor.name.split(separator: ".").lazy.compactMap({ Int($0) }).first, layer > 0 else {
      return nil
    }
    let written = try configuration.written()
    guard let all = shapes(written.object) else { return nil }
    return written.sizes.first { size in
      guard size.isLayerCount, layer < size.value, let rest = shapes(written.object, with: size, set: layer) else {
        return false
      }
      let gone = all.keys.filter { rest[$0] == nil }
      return gone.contains(tensor.name) && gone.allSatisfy(missing.contains)
    }
  }

  /// The shapes of a model's parameters by name, for settings of which one is changed; `nil` for settings that contradict
  /// each other.
  private static func shapes(_ settings: JSON.Object, with size: DeclaredSize? = nil, set value: Int = 0) -> [String:
    [Int]]?
  {
    let object = size.map { settings.replacing($0.path[...], .integer(value)) } ?? settings
    guard let configuration = try? Configuration(object, file: "") else { return nil }
    let model = Initialization.shapesOnly { Self(configuration) }
    let named = model.namedParameters(removingDuplicates: false).map { ($0.name, $0.parameter.shape) }
    return Dictionary(named, uniquingKeysWith: { first, _ in first })
  }

  /// What `body` returns; weights that do not fit are explained by the class that the directory says they belong to.
  private static func namingClass<Result>(of directory: ModelDirectory, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DataError where [.notFound, .mismatch].contains(error.kind) {
      guard !directory.architectures.isEmpty, !directory.architectures.contains(architecture) else { throw error }
      throw otherClass(of: directory, "; \(error)")
    }
  }

  /// The error that a directory's weights are those of another class.
  private static func otherClass(of directory: ModelDirectory, _ consequence: String = "") -> DataError {
    DataError(
      .mismatch, file: directory.settingsFile, place: "architectures",
      reason:
        "says that the weights are those of a \(quoted(directory.architectures.first ?? "")), but \(requirement), "
        + "a \(quoted(architecture))\(consequence)")
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
    try configuration.write(to: path + "/config.json", architecture: Self.architecture)
  }
}

extension SettingsGroup {
  /// Refuses more layers than a checkpoint has tensors, before any layer is made: a layer without memory still costs time.
  /// A thousand are made in no time, so that a file with few tensors is told by what it lacks.
  fileprivate func requireLayers(in checkpoint: Checkpoint, _ directory: ModelDirectory) throws {
    let count = checkpoint.names.count
    guard let size = try written().sizes.first(where: { $0.isLayerCount && $0.value > max(count, 1_000) }) else {
      return
    }
    throw DataError(
      .mismatch, file: directory.settingsFile, place: directory.place(of: size.key),
      reason: "is \(size.text), but \(checkpoint.path) has \(count) tensors in all")
  }
}

extension JSON.Object {
  /// The object with another value at the end of a path of keys.
  fileprivate func replacing(_ path: ArraySlice<String>, _ value: JSON) -> JSON.Object {
    guard let key = path.first else { return self }
    var copy = self
    if path.count == 1 {
      copy.set(key, value)
    } else if case .object(let inner)? = self[key] {
      copy.set(key, .object(inner.replacing(path.dropFirst(), value)))
    }
    return copy
  }
}

/// Where the weights of a loaded model are.
public enum WeightMemory: Sendable {
  /// In the mapped file, in the file's type: nothing is copied, pages are read when they are first used, and a
  /// checkpoint in half precision stays half as large. Such parameters are frozen.
  case mapped
  /// In memory of the model's own, in single precision, so that they can be trained further.
  case trainable
}

extension Module {
  /// Makes the tensors of a checkpoint this module's parameters.
  ///
  /// Make the module within `Initialization.skipped`, so that no initial values are drawn only to be replaced.
  ///
  /// - Parameters:
  ///   - prefix: what the names in the checkpoint begin with, where the module is a part of a larger model.
  ///   - rules: which names may differ.
  ///   - memory: whether the weights stay in the file, or can be trained.
  /// - Returns: what was found, ignored and left over.
  /// - Throws: `DataError` that names the file, and the tensors that are missing or of another shape.
  @discardableResult
  public func load(
    _ checkpoint: Checkpoint, prefix: String = "", rules: KeyRules = KeyRules(), memory: WeightMemory = .mapped
  ) throws -> LoadReport {
    let parameters = namedParameters().map { (name: prefix + $0.name, parameter: $0.parameter) }
    let expected = parameters.map { ExpectedTensor($0.name, $0.parameter.shape) }
    let report = try LoadReport(expected: expected, checkpoint: checkpoint, rules: rules)
    try report.requireComplete()
    for (name, parameter) in parameters {
      guard let source = report.found[name] else { continue }
      let weights = try checkpoint.tensor(source)
      switch memory {
      case .mapped:
        parameter.adopt(weights.isContiguous ? weights : weights.contiguous())
        parameter.isFrozen = true
      case .trainable:
        parameter.assign(weights)
      }
    }
    return report
  }
}
