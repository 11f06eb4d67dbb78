/// A value on the stack of the pickle interpreter.
///
/// Containers are numbers that index ``PickleHeap``, never references: a pickle can build lists that contain
/// themselves or nest a million deep, and with numbers neither leaks memory nor overflows the stack.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// An integer beyond 64 bits; nothing here can use its value, but state dictionaries may carry one.
  case largeInteger
  /// A list, tuple or dictionary in the heap.
  case container(Int)
  case callable(PickleCallable)
  case storageClass(PickleElementType)
  indirect case storage(PickleStorage)
  indirect case tensor(PickleTensor)
  /// A tensor whose elements are not read: of which type or form it is.
  indirect case unreadTensor(String)
  /// A type of elements that is named by itself, such as `torch.float8_e4m3fn`.
  indirect case elementTypeName(String)
  /// Something harmless that holds no weights, such as a device or a set.
  case opaque
  /// The marker that MARK pushes.
  case mark

  /// What it is, for messages.
  var kindName: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer, .largeInteger: "an integer"
    case .number: "a float"
    case .string: "a text"
    case .container: "a container"
    case .callable: "a function"
    case .storageClass: "a storage class"
    case .storage: "a storage"
    case .tensor, .unreadTensor: "a tensor"
    case .elementTypeName: "an element type"
    case .opaque: "a value without tensors"
    case .mark: "a mark"
    }
  }
}

/// The functions that a pickle may name. The interpreter knows what each would return; none is called.
///
/// These are the functions that `torch.load` calls with `weights_only=True`.
enum PickleCallable {
  case orderedDictionary, rebuildTensor, rebuildParameter, size
  /// A tensor whose storage has no type of its own: the type is the seventh argument.
  case rebuildTypedTensor
  /// A tensor, or what else has attributes of its own: function, class, arguments and attributes.
  case rebuildWithAttributes
  /// A tensor that is stored otherwise than as its elements in order: sparse, quantized, without numbers.
  case rebuildUnread(String)
  /// A function whose result holds no tensors.
  case makeOpaque

  /// The function of a module, or `nil` if it is not one of the known ones.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    // The first version of the function takes the same first four arguments.
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      self = .rebuildParameter
    case ("torch._tensor", "_rebuild_from_type_v2"): self = .rebuildWithAttributes
    case ("torch._utils", "_rebuild_sparse_tensor"): self = .rebuildUnread("a sparse tensor")
    case ("torch._utils", "_rebuild_qtensor"): self = .rebuildUnread("a quantized tensor")
    case ("torch._utils", "_rebuild_meta_tensor_no_storage"): self = .rebuildUnread("a tensor without numbers (meta)")
    case ("torch", "Size"): self = .size
    case ("torch", "device"), ("torch.serialization", "_get_layout"), ("_codecs", "encode"),
      ("collections", "Counter"), ("__builtin__", "set"), ("__builtin__", "bytearray"), ("__builtin__", "complex"),
      ("builtins", "set"), ("builtins", "bytearray"), ("builtins", "complex"):
      self = .makeOpaque
    default: return nil
    }
  }
}

/// The type of a storage's elements, which may be one that is not read.
enum PickleElementType: Equatable, CustomStringConvertible {
  case known(ElementType)
  case other(name: String, byteCount: Int)

  /// The type of a storage class of the module `torch`, or of bytes of any type (`torch.storage.UntypedStorage`).
  init?(module: String, storageClass name: String) {
    switch (module, name) {
    case ("torch.storage", "UntypedStorage"): self = .other(name: "bytes", byteCount: 1)
    case ("torch", "ComplexFloatStorage"): self = .other(name: "complex64", byteCount: 8)
    case ("torch", "ComplexDoubleStorage"): self = .other(name: "complex128", byteCount: 16)
    case ("torch", "QInt8Storage"): self = .other(name: "qint8", byteCount: 1)
    case ("torch", "QUInt8Storage"): self = .other(name: "quint8", byteCount: 1)
    case ("torch", "QInt32Storage"): self = .other(name: "qint32", byteCount: 4)
    case ("torch", "QUInt4x2Storage"): self = .other(name: "quint4x2", byteCount: 1)
    case ("torch", "QUInt2x4Storage"): self = .other(name: "quint2x4", byteCount: 1)
    case ("torch", _):
      guard let known = ElementType(storageClass: name) else { return nil }
      self = .known(known)
    default: return nil
    }
  }

  var byteCount: Int {
    switch self {
    case .known(let type): type.byteCount
    case .other(_, let byteCount): byteCount
    }
  }

  var description: String {
    switch self {
    case .known(let type): type.description
    case .other(let name, _): name
    }
  }
}

/// A persistent id: a block of memory that lies elsewhere in the file.
struct PickleStorage {
  let key: String
  let elementType: PickleElementType
  /// The number of elements.
  let count: Int
}

/// A tensor as a view into a storage.
struct PickleTensor {
  let storage: PickleStorage
  let elementType: ElementType
  /// The position of the first element.
  let offset: Int
  let layout: TensorLayout
}

/// The containers of a pickle. Items of a dictionary alternate: key, value, key, value.
struct PickleHeap {
  enum Kind {
    case tuple, list, dictionary
  }

  private(set) var kinds: [Kind] = []
  private(set) var items: [[PickleValue]] = []

  mutating func add(_ kind: Kind, _ values: [PickleValue] = []) -> PickleValue {
    kinds.append(kind)
    items.append(values)
    return .container(kinds.count - 1)
  }

  mutating func append(_ values: some Sequence<PickleValue>, to container: Int) {
    items[container].append(contentsOf: values)
  }

  /// The items of a value that is a tuple (or a list, which PyTorch accepts in its place).
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    guard case .container(let index) = value, kinds[index] != .dictionary else { return nil }
    return items[index]
  }

  /// The items of a value that is a sequence of integers.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let values = sequence(value) else { return nil }
    var result: [Int] = []
    for value in values {
      guard case .integer(let integer) = value else { return nil }
      result.append(integer)
    }
    return result
  }
}
