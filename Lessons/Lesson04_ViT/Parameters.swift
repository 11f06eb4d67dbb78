import Layers
import Tensors

/// The parameters of a module by their PyTorch names, such as `transformer.layers.0.norm1.weight`.
struct Parameters {
  private let byName: [String: Tensor]

  init(_ module: Module) {
    byName = Dictionary(uniqueKeysWithValues: module.namedParameters().map { ($0.name, $0.parameter) })
  }

  subscript(name: String) -> Tensor {
    guard let parameter = byName[name] else { preconditionFailure("the module has no parameter \(name)") }
    return parameter
  }
}
