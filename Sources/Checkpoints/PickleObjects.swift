import Support

// The opcodes with which a pickle makes objects: only the few forms that describe tensors are understood.

extension PickleMachine {
  mutating func executeObject(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case UInt8(ascii: "c"):  // GLOBAL
      let start = reader.offset
      let module = try reader.text(try reader.line(limit: 256), at: start)
      let name = try reader.text(try reader.line(limit: 256), at: start)
      try push(try global(module: module, name: name))
    case 0x93:  // STACK_GLOBAL
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw failure("a name to import is not a text")
      }
      try push(try global(module: module, name: name))
    case UInt8(ascii: "Q"):  // BINPERSID
      let storage = try storage(try pop())
      storages.append(storage)
      try push(.storage(storage))
    case UInt8(ascii: "R"):  // REDUCE
      let arguments = try pop()
      let callable = try pop()
      try push(try reduce(callable, arguments))
    case UInt8(ascii: "b"):  // BUILD
      // `torch.nn.Module.state_dict` returns an ordered dictionary with an attribute `_metadata`. Attributes of a
      // dictionary hold no tensors; on anything else, BUILD would call `__setstate__`.
      let state = try pop()
      guard case .container(let target) = try top(), heap.kinds[target] == .dictionary,
        case .container(let attributes) = state, heap.kinds[attributes] == .dictionary
      else { throw failure(.forbidden, "the opcode BUILD would set the state of an object; nothing was executed") }
    default: return false
    }
    return true
  }

  private func global(module: String, name: String) throws -> PickleValue {
    if let callable = PickleCallable(module: module, name: name) { return .callable(callable) }
    if let elementType = PickleElementType(module: module, storageClass: name) { return .storageClass(elementType) }
    if module == "torch" || module == "torch.storage", name.hasSuffix("Storage") {
      throw failure(.unsupported, "tensors of \(quoted("\(module).\(name)")) are not read")
    }
    // Constants and the class of tensors: names that call nothing.
    if module == "torch", PickleMachine.schemes.contains(name) || name == "Tensor" { return .opaque }
    if module == "torch", PickleMachine.namesElementType(name) { return .elementTypeName(name) }
    throw failure(.forbidden, "would import \(quoted("\(module).\(name)")); nothing was executed")
  }

  /// How quantized tensors are scaled.
  private static let schemes: Set<String> = [
    "per_tensor_affine", "per_channel_affine", "per_tensor_symmetric", "per_channel_symmetric",
    "per_channel_affine_float_qparams",
  ]

  /// Whether a name of the module `torch` is that of an element type: `float32`, `float8_e4m3fn`, `uint16`, `bits8`.
  private static func namesElementType(_ name: String) -> Bool {
    let kinds = ["bfloat", "float", "complex", "quint", "qint", "uint", "int", "bits"]
    guard name != "bool" else { return true }
    guard let kind = kinds.first(where: name.hasPrefix) else { return false }
    let rest = name.dropFirst(kind.count)
    let allowed = Set("0123456789_abcdefghijklmnopqrstuvwxyz".utf8)
    return rest.first?.isNumber == true && rest.utf8.allSatisfy(allowed.contains)
  }

  /// `('storage', class, key, location, count)`, and before PyTorch 1.6 a sixth item for views.
  private func storage(_ identifier: PickleValue) throws -> PickleStorage {
    guard let items = heap.sequence(identifier), items.count == 5 || items.count == 6,
      case .string("storage") = items[0], case .storageClass(let elementType) = items[1],
      case .string(let key) = items[2], case .string = items[3], case .integer(let count) = items[4]
    else { throw failure("a persistent id is not that of a storage") }
    if items.count == 6 {
      guard case .none = items[5] else { throw failure(.unsupported, "a storage is a view of another storage") }
    }
    guard count >= 0, count <= Int.max / 16 else { throw failure("a storage of \(count) elements") }
    return PickleStorage(key: key, elementType: elementType, count: count)
  }

  private mutating func reduce(_ callable: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard case .callable(let callable) = callable else {
      throw failure(.forbidden, "would call \(callable.kindName); nothing was executed")
    }
    guard let items = heap.sequence(arguments) else { throw failure("the arguments of a call are no tuple") }
    switch callable {
    case .orderedDictionary:
      // Python 2 passes a list of pairs; Python 3 adds the items afterwards.
      guard items.count <= 1 else { throw failure("OrderedDict has \(items.count) arguments") }
      var contents: [PickleValue] = []
      for pair in try items.first.map(list) ?? [] {
        guard let keyAndValue = heap.sequence(pair), keyAndValue.count == 2 else {
          throw failure("an item of an OrderedDict is no pair")
        }
        contents += keyAndValue
        guard contents.count <= Pickle.valueLimit else { throw failure(.tooLarge, "a dictionary is too long") }
      }
      return try counted(.dictionary, contents)
    case .size:
      guard items.count == 1 else { throw failure("torch.Size has \(items.count) arguments") }
      return try counted(.tuple, try list(items[0]))
    case .rebuildParameter:
      switch items.first {
      case .tensor(let tensor)?: return .tensor(tensor)
      case .unreadTensor(let type)?: return .unreadTensor(type)
      default: throw failure("a parameter is no tensor")
      }
    case .rebuildTensor: return try tensor(items)
    case .rebuildTypedTensor:
      guard items.count >= 7, case .elementTypeName(let type) = items[6] else {
        throw failure("the description of a tensor is malformed")
      }
      return .unreadTensor(type)
    case .rebuildWithAttributes:
      guard items.count == 4, case .callable(let inner) = items[0] else {
        throw failure("the description of a tensor is malformed")
      }
      if case .rebuildWithAttributes = inner { throw failure("the description of a tensor is malformed") }
      return try reduce(items[0], items[2])
    case .rebuildUnread(let form): return .unreadTensor(form)
    case .makeOpaque: return .opaque
    }
  }

  private func list(_ value: PickleValue) throws -> [PickleValue] {
    guard let values = heap.sequence(value) else { throw failure("an argument is no sequence") }
    return values
  }

  /// Adds a container whose items count against the limit, since a call can copy one it did not spell out.
  private mutating func counted(_ kind: PickleHeap.Kind, _ values: [PickleValue]) throws -> PickleValue {
    try count(values.count)
    return heap.add(kind, values)
  }

  /// `(storage, offset, shape, strides, …)`; what follows concerns gradients, and whether the numbers are to be negated.
  private func tensor(_ items: [PickleValue]) throws -> PickleValue {
    guard items.count >= 4, case .storage(let storage) = items[0], case .integer(let offset) = items[1],
      let shape = heap.integers(items[2]), let strides = heap.integers(items[3])
    else { throw failure("the description of a tensor is malformed") }
    let layout: TensorLayout
    switch TensorLayout.strided(shape, strides) {
    case .success(let valid): layout = valid
    case .failure(let reason): throw failure(reason.text)
    }
    guard offset >= 0, offset <= storage.count, layout.span <= storage.count - offset else {
      throw failure(
        "a tensor of shape \(shapeText(shape)) at offset \(offset) reaches beyond its storage "
          + "of \(storage.count) elements")
    }
    let elementType: ElementType
    switch storage.elementType {
    case .known(let type): elementType = type
    case .other(let name, _): return .unreadTensor(name)
    }
    if items.count > 6, isNegated(items[6]) { return .unreadTensor("\(elementType) with a pending change of sign") }
    return .tensor(PickleTensor(storage: storage, elementType: elementType, offset: offset, layout: layout))
  }

  /// Whether a tensor's `metadata` says that its numbers are to be negated when they are read.
  private func isNegated(_ metadata: PickleValue) -> Bool {
    guard case .container(let index) = metadata, heap.kinds[index] == .dictionary else { return false }
    let items = heap.items[index]
    return stride(from: 0, to: items.count, by: 2).contains { position in
      if case .string("neg") = items[position], case .bool(true) = items[position + 1] { true } else { false }
    }
  }
}
