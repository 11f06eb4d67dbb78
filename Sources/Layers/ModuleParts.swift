import Support
import Synchronization
import Tensors

/// What a module is made of, found among its stored properties.
///
/// Arrays, dictionaries with strings as keys and optionals are looked into, as deep as they go. In other values (tuples,
/// structs, enums, sets) tensors and modules would get no name, so they end the program with a line that says where they
/// are. Closures, and objects that are no modules, are not looked into: they refer to something that is not a part.
struct ModuleParts {
  enum Part {
    case parameter(Tensor)
    case module(Module)
  }

  /// Tensors that are properties themselves: PyTorch lists them first.
  private(set) var parameters: [(name: String, tensor: Tensor)] = []
  /// Modules, and what containers hold, in the order of their declaration.
  private(set) var others: [(name: String, part: Part)] = []

  /// The direct submodules with their names.
  var modules: [(name: String, module: Module)] {
    others.compactMap { name, part in
      if case .module(let module) = part { (name, module) } else { nil }
    }
  }

  init(of module: Module) {
    var mirrors: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: module)
    while let current = mirror, current.subjectType != Module.self {
      mirrors.append(current)
      mirror = current.superclassMirror
    }
    let keyNames = module.keyNames
    for current in mirrors.reversed() {
      for child in current.children {
        guard let label = child.label else { continue }
        switch PartKind.of(type(of: child.value)) {
        case .never: continue
        case .tensor where !label.hasPrefix(Self.lazyPrefix):
          if let tensor = child.value as? Tensor {
            parameters.append((keyNames[label] ?? snakeCase(label), tensor))
          }
        case .module where !label.hasPrefix(Self.lazyPrefix):
          if let part = child.value as? Module {
            others.append((keyNames[label] ?? snakeCase(label), .module(part)))
          }
        case let kind: add(child.value, kind, Property(owner: module, label: label), keyNames)
        }
      }
    }
  }

  /// The compiler's name for the memory of a `lazy var`.
  private static let lazyPrefix = "$__lazy_storage_$_"

  /// A stored property, for the line about what is wrong with it.
  private struct Property {
    let owner: Module
    let label: String

    func refuse(_ reason: String) -> Never {
      reportMisuse("\(type(of: owner))", "the property \(label) \(reason)")
    }
  }

  /// A property that is a container, lazy, or of a type that says nothing about its parts.
  private mutating func add(
    _ value: Any, _ kind: PartKind, _ property: Property, _ keyNames: [String: String]
  ) {
    guard property.label.hasPrefix(Self.lazyPrefix) else {
      let name = keyNames[property.label] ?? snakeCase(property.label)
      return addContents(value, name, isProperty: true, property)
    }
    let label = String(property.label.dropFirst(Self.lazyPrefix.count))
    let property = Property(owner: property.owner, label: label)
    // The optional around it is the compiler's.
    guard let made = Mirror(reflecting: value).children.first else {
      if kind == .unknown { return }
      property.refuse("is lazy and has not been made yet; use it once, or make it in init")
    }
    addContents(made.value, keyNames[label] ?? snakeCase(label), isProperty: true, property)
  }

  private mutating func addContents(
    _ value: Any, _ name: String, isProperty: Bool, _ property: Property
  ) {
    switch PartKind.of(type(of: value)) {
    case .never: return
    case .tensor:
      guard let tensor = value as? Tensor else { return }
      if isProperty {
        parameters.append((name, tensor))
      } else {
        others.append((name, .parameter(tensor)))
      }
    case .module:
      if let module = value as? Module { others.append((name, .module(module))) }
    case .container, .unknown:
      let mirror = Mirror(reflecting: value)
      switch mirror.displayStyle {
      case .optional:
        if let some = mirror.children.first {
          addContents(some.value, name, isProperty: isProperty, property)
        }
      case .collection:
        for (index, element) in mirror.children.enumerated() {
          addContents(element.value, Self.name("\(index)", in: name), isProperty: false, property)
        }
      case .dictionary:
        if !Self.holdsParts(value) { return }
        guard let entries = value as? [String: Any] else {
          property.refuse(
            "holds tensors or modules by keys of another type than String, so that they have no names"
          )
        }
        for (key, element) in entries.sorted(by: { $0.key < $1.key }) {
          if key.isEmpty || key.contains(".") {
            property.refuse(
              "holds tensors or modules by the key \"\(key)\"; a name is not empty and has no dot")
          }
          addContents(element, Self.name(key, in: name), isProperty: false, property)
        }
      default:
        if Self.holdsParts(value) {
          property.refuse(
            "is of type \(type(of: value)), within which tensors and modules are not found: they would be neither "
              + "trained nor saved; declare each as a property, or as an array or dictionary")
        }
      }
    }
  }

  private static func name(_ key: String, in container: String) -> String {
    container.isEmpty ? key : "\(container).\(key)"
  }

  /// Whether a tensor or module is anywhere in a value; objects that are no modules are not looked into.
  private static func holdsParts(_ value: Any) -> Bool {
    switch PartKind.of(type(of: value)) {
    case .never: false
    case .tensor: value is Tensor
    case .module: value is Module
    case .container, .unknown: Mirror(reflecting: value).children.contains { holdsParts($0.value) }
    }
  }
}

/// What values of a type may hold. It is found once for each type, since a model's parts are listed often.
private enum PartKind {
  /// No tensor and no module.
  case never
  /// A tensor, perhaps an optional one.
  case tensor
  /// A module, perhaps an optional one.
  case module
  /// Tensors or modules, in arrays, dictionaries or sets.
  case container
  /// The type does not say.
  case unknown

  private static let known = Mutex<[ObjectIdentifier: PartKind]>([:])

  static func of(_ type: Any.Type) -> PartKind {
    let key = ObjectIdentifier(type)
    if let kind = known.withLock({ $0[key] }) { return kind }
    let kind = found(type)
    known.withLock { $0[key] = kind }
    return kind
  }

  private static let plain: [Any.Type] = [
    Int.self, Int8.self, Int16.self, Int32.self, Int64.self, UInt.self, UInt8.self, UInt16.self,
    UInt32.self,
    UInt64.self, Float.self, Double.self, Bool.self, String.self, Substring.self, Character.self,
    IntTensor.self,
  ]

  private static func found(_ type: Any.Type) -> PartKind {
    if type == Tensor.self { return .tensor }
    if type is Module.Type { return .module }
    if type is AnyClass || plain.contains(where: { $0 == type }) { return .never }
    guard let container = type as? any PartContainer.Type else { return .unknown }
    let kinds = container.contents.map { of($0) }
    if container.isOptional, let kind = kinds.first { return kind }
    if kinds.allSatisfy({ $0 == .never }) { return .never }
    return kinds.allSatisfy { $0 == .never || $0 == .unknown } ? .unknown : .container
  }
}

/// Types whose contents' types are known without a value.
private protocol PartContainer {
  static var contents: [Any.Type] { get }
  static var isOptional: Bool { get }
}

extension PartContainer {
  static var isOptional: Bool { false }
}

extension Optional: PartContainer {
  fileprivate static var contents: [Any.Type] { [Wrapped.self] }
  fileprivate static var isOptional: Bool { true }
}

extension Array: PartContainer {
  fileprivate static var contents: [Any.Type] { [Element.self] }
}

extension Set: PartContainer {
  fileprivate static var contents: [Any.Type] { [Element.self] }
}

extension Dictionary: PartContainer {
  fileprivate static var contents: [Any.Type] { [Key.self, Value.self] }
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
