import Checkpoints
import Layers
import Tensors

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
