import Support
import Tensors

/// A part of a model: parameters, smaller modules, and a computation (PyTorch's `nn.Module`).
///
/// A subclass just declares its parts as stored properties. Every `Tensor` property is a parameter, every `Module`
/// property a submodule. Either may be optional, or stand in an array or in a dictionary with strings as keys.
/// Parameters are named as in a PyTorch `state_dict`: the property names in snake case, joined by dots; in an array, by
/// index (`layers.0.weight`, as `nn.ModuleList` and `nn.ParameterList` name them; `nil` keeps its index); in a
/// dictionary, by key, in the order of the keys (`heads.cat.weight`, as `nn.ModuleDict`).
///
/// Tensors and modules in tuples, structs, enums and sets end the program with a line that says where they are: they would
/// have no names, so they would be neither trained nor saved. The same goes for a `lazy var` that has not been made yet,
/// and for a module that holds one that it is a part of. What is not a part (a cache, the module around this one) is
/// held by a closure, or by an object that is no module: these are not looked into.
open class Module {
  /// Whether the module behaves as in training (dropout drops) or as in use. New modules train, as in PyTorch.
  public private(set) var isTraining = true

  /// A module that trains; subclasses make their parts before.
  public init() {}

  /// Names of properties in a `state_dict`, where they are not just the property's name in snake case. The parts of a
  /// module whose name is empty are named as this module's own.
  open var keyNames: [String: String] { [:] }

  // MARK: Parts

  /// All parameters with their names: first a module's own, then those of its submodules, as PyTorch lists them in a
  /// `state_dict`.
  ///
  /// - Parameter removingDuplicates: whether one that several modules share is listed under its first name only, and not
  ///   under each.
  public func namedParameters(removingDuplicates: Bool = false) -> [(name: String, parameter: Tensor)] {
    var all: [(name: String, parameter: Tensor)] = []
    gather(prefix: "", within: [], &all)
    if !removingDuplicates { return all }
    var seen: Set<ObjectIdentifier> = []
    return all.filter { seen.insert($0.parameter.identity).inserted }
  }

  /// All parameters, each once: one that several modules share stands where it is first used.
  public func parameters() -> [Tensor] { namedParameters(removingDuplicates: true).map { $0.parameter } }

  /// The direct submodules with their names.
  public func namedChildren() -> [(name: String, module: Module)] { ModuleParts(of: self).modules }

  /// How many numbers the parameters hold.
  public var parameterCount: Int { parameters().reduce(0) { $0 + $1.count } }

  /// How many numbers the parameters hold whose names begin with a prefix such as `transformer.layers.0.`.
  public func parameterCount(under prefix: String) -> Int {
    namedParameters(removingDuplicates: true).reduce(0) { $1.name.hasPrefix(prefix) ? $0 + $1.parameter.count : $0 }
  }

  private func gather(
    prefix: String, within ancestors: [Module], _ all: inout [(name: String, parameter: Tensor)]
  ) {
    let parts = ModuleParts(of: self)
    for (name, tensor) in parts.parameters { all.append((prefix + name, tensor)) }
    for (name, part) in parts.others {
      switch part {
      case .parameter(let tensor): all.append((prefix + name, tensor))
      case .module(let module):
        let prefix = name.isEmpty ? prefix : "\(prefix)\(name)."
        module.gather(prefix: prefix, within: path(to: module, name, ancestors), &all)
      }
    }
  }

  /// The modules around a part of this one, which it must not be one of.
  private func path(to part: Module, _ name: String, _ ancestors: [Module]) -> [Module] {
    let path = ancestors + [self]
    if path.contains(where: { $0 === part }) {
      reportMisuse(
        "\(type(of: self))",
        "its part \(name) is the \(type(of: part)) that it is a part of itself; keep it in a closure, as what is not a part"
      )
    }
    return path
  }

  // MARK: Mode

  /// Switches this module and all its submodules to training, or back.
  @discardableResult
  public func train(_ isTraining: Bool = true) -> Self {
    setMode(isTraining, within: [])
    return self
  }

  private func setMode(_ isTraining: Bool, within ancestors: [Module]) {
    self.isTraining = isTraining
    for (name, module) in ModuleParts(of: self).modules {
      module.setMode(isTraining, within: path(to: module, name, ancestors))
    }
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
