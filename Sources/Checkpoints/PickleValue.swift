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
  case storageClass(ElementType)
  indirect case storage(PickleStorage)
  indirect case tensor(PickleTensor)
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
    case .tensor: "a tensor"
    case .mark: "a mark"
    }
  }
}

/// The functions that a pickle may name. The interpreter knows what each would return; none is called.
enum PickleCallable {
  case orderedDictionary, rebuildTensor, rebuildParameter, size

  /// The function of a module, or `nil` if it is not one of the known ones.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    // The first version of the function takes the same first four arguments.
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"): self = .size
    default: return nil
    }
  }
}

/// A persistent id: a block of memory that lies elsewhere in the file.
struct PickleStorage {
  let key: String
  let elementType: ElementType
  /// The number of elements.
  let count: Int
}

/// A tensor as a view into a storage.
struct PickleTensor {
  let storage: PickleStorage
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
