import Tensors

/// A part of a model: parameters, smaller modules, and a computation (PyTorch's `nn.Module`).
///
/// A subclass just declares its parts as stored properties. Every `Tensor` property is a parameter, every `Module`
/// property (also optional, or in an array) a submodule.
/// Parameters are named as in a PyTorch `state_dict`: the property names in snake case, joined by dots.
open class Module {
  /// Whether the module behaves as in training (dropout drops) or as in use. New modules train, as in PyTorch.
  public private(set) var isTraining = true

  /// A module that trains; subclasses make their parts before.
  public init() {}

  /// Names of properties in a `state_dict`, where they are not just the property's name in snake case.
  open var keyNames: [String: String] { [:] }

  // MARK: Parts

  /// All parameters with their names: first a module's own, then those of its submodules, as PyTorch lists them in a
  /// `state_dict`.
  ///
  /// - Parameter removingDuplicates: whether one that several modules share is listed under its first name only, and not
  ///   under each.
  public func namedParameters(removingDuplicates: Bool = false) -> [(name: String, parameter: Tensor)] {
    let parts = self.parts()
    let all: [(name: String, parameter: Tensor)] =
      parts.parameters
      + parts.modules.flatMap { name, module in
        module.namedParameters().map { ("\(name).\($0.name)", $0.parameter) }
      }
    if !removingDuplicates { return all }
    var seen: Set<ObjectIdentifier> = []
    return all.filter { seen.insert($0.parameter.identity).inserted }
  }

  /// All parameters, each once: one that several modules share stands where it is first used.
  public func parameters() -> [Tensor] { namedParameters(removingDuplicates: true).map { $0.parameter } }

  /// The direct submodules with their names.
  public func namedChildren() -> [(name: String, module: Module)] { parts().modules }

  /// How many numbers the parameters hold.
  public var parameterCount: Int { parameters().reduce(0) { $0 + $1.count } }

  /// How many numbers the parameters hold whose names begin with a prefix such as `transformer.layers.0.`.
  public func parameterCount(under prefix: String) -> Int {
    namedParameters(removingDuplicates: true).reduce(0) { $1.name.hasPrefix(prefix) ? $0 + $1.parameter.count : $0 }
  }

  private func parts() -> (parameters: [(String, Tensor)], modules: [(String, Module)]) {
    var parameters: [(String, Tensor)] = []
    var modules: [(String, Module)] = []
    var mirrors: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: self)
    while let current = mirror, current.subjectType != Module.self {
      mirrors.append(current)
      mirror = current.superclassMirror
    }
    let keyNames = self.keyNames
    for child in mirrors.reversed().flatMap({ $0.children }) {
      guard let label = child.label else { continue }
      let name = keyNames[label] ?? snakeCase(label)
      switch child.value {
      case let tensor as Tensor: parameters.append((name, tensor))
      case let module as Module: modules.append((name, module))
      case let list as [Module]:
        for (index, module) in list.enumerated() {
          modules.append((name.isEmpty ? "\(index)" : "\(name).\(index)", module))
        }
      default: break
      }
    }
    return (parameters, modules)
  }

  // MARK: Mode

  /// Switches this module and all its submodules to training, or back.
  @discardableResult
  public func train(_ isTraining: Bool = true) -> Self {
    self.isTraining = isTraining
    for (_, module) in parts().modules { module.train(isTraining) }
    return self
  }

  /// Switches this module and all its submodules to use: dropout lets everything pass.
  @discardableResult
  public func eval() -> Self { train(false) }

  /// Stops or resumes the training of all parameters: frozen ones get no gradients.
  public func setFrozen(_ isFrozen: Bool = true) {
    for parameter in parameters() { parameter.isFrozen = isFrozen }
  }

  /// Forgets the gradients of all parameters.
  public func zeroGrad() {
    for parameter in parameters() { parameter.grad = nil }
  }

  // MARK: Values

  /// Overwrites all parameters with those of a module of the same structure.
  public func copyParameters(from other: Module) {
    let mine = namedParameters()
    let theirs = other.namedParameters()
    if mine.map({ $0.name }) != theirs.map({ $0.name }) {
      reportMisuse("copyParameters", "\(type(of: self)) and \(type(of: other)) have different parameters")
    }
    for (own, new) in zip(mine, theirs) { own.parameter.assign(new.parameter) }
  }
}

/// `patchEmbed` becomes `patch_embed`.
private func snakeCase(_ name: String) -> String {
  var result = ""
  for character in name {
    if character.isUppercase {
      if !result.isEmpty { result += "_" }
      result += character.lowercased()
    } else {
      result.append(character)
    }
  }
  return result
}
