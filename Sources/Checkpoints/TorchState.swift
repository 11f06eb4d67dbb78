import Support

/// Finds the tensors in what a pickle describes and gives each its place in the file.
///
/// A tensor in nested containers is named by the path to it, joined by dots: `{"model": {"weight": …}}` gives
/// `model.weight`, and items of lists are named by their positions. Other values (epochs, settings) are passed over.
struct TorchState {
  private let pickle: Pickle
  private let file: MappedFile
  /// Where the bytes of a storage are; throws if the file has none of this key or size.
  private let locate: (PickleStorage) throws -> Range<Int>
  private var contents: CheckpointContents
  private var visits = 0
  private var nameBytes = 0

  private static let depthLimit = 16
  /// A container can be reached by several paths; this bounds the walk where there are very many.
  private static let visitLimit = 200_000
  /// Names longer than this are no names.
  private static let nameLimit = 4096
  /// All names together: a long key in front of many tensors is spelled out with each of them.
  private static let nameBytesLimit = 64 << 20

  static func tensors(
    of pickle: Pickle, in file: MappedFile, locate: @escaping (PickleStorage) throws -> Range<Int>
  ) throws -> CheckpointContents {
    var state = TorchState(
      pickle: pickle, file: file, locate: locate, contents: CheckpointContents(path: file.path))
    try state.visit(pickle.root, name: "", depth: 0)
    return state.contents
  }

  private init(
    pickle: Pickle, file: MappedFile, locate: @escaping (PickleStorage) throws -> Range<Int>,
    contents: CheckpointContents
  ) {
    self.pickle = pickle
    self.file = file
    self.locate = locate
    self.contents = contents
  }

  private mutating func visit(_ value: PickleValue, name: String, depth: Int) throws {
    visits += 1
    nameBytes += name.utf8.count
    guard visits <= Self.visitLimit, name.utf8.count <= Self.nameLimit, nameBytes <= Self.nameBytesLimit else {
      throw DataError(.tooLarge, file: file.path, reason: "the pickle holds too many or too long paths")
    }
    switch value {
    case .tensor(let tensor): try add(tensor, name: name)
    case .unreadTensor(let type):
      let name = name.isEmpty ? "tensor" : name
      contents.unread[name] = UnreadTensor(name: name, type: type, file: file.path)
    case .container(let index):
      guard depth < Self.depthLimit else {
        throw DataError(
          .tooLarge, file: file.path, place: quoted(name),
          reason: "containers nest deeper than \(Self.depthLimit) levels")
      }
      try visitItems(index, prefix: name.isEmpty ? "" : name + ".", depth: depth + 1)
    default: break
    }
  }

  private mutating func visitItems(_ container: Int, prefix: String, depth: Int) throws {
    let items = pickle.heap.items[container]
    guard pickle.heap.kinds[container] == .dictionary else {
      for (position, item) in items.enumerated() { try visit(item, name: "\(prefix)\(position)", depth: depth) }
      return
    }
    for position in stride(from: 0, to: items.count, by: 2) {
      switch items[position] {
      case .string(let key): try visit(items[position + 1], name: prefix + key, depth: depth)
      case .integer(let key): try visit(items[position + 1], name: "\(prefix)\(key)", depth: depth)
      default: continue  // such as the tuples that key an optimizer's groups
      }
    }
  }

  private mutating func add(_ tensor: PickleTensor, name: String) throws {
    let name = name.isEmpty ? "tensor" : name  // the file holds a tensor and no dictionary
    let range = try locate(tensor.storage)
    let elementType = tensor.elementType
    let entry = TensorEntry(
      name: name, elementType: elementType, layout: tensor.layout, file: file,
      byteOffset: range.lowerBound + tensor.offset * elementType.byteCount)
    guard contents.entries.updateValue(entry, forKey: name) == nil else {
      throw DataError(.malformed, file: file.path, place: quoted(name), reason: "the tensor occurs twice")
    }
  }
}

extension PickleStorage {
  /// The size in bytes; cannot overflow, since `count` was checked when the storage was read.
  var byteCount: Int { count * elementType.byteCount }
}
