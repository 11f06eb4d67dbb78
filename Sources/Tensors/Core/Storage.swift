/// The memory behind one or more tensors.
///
/// Blocks come from a pool and return to it when the last tensor that uses them is gone, so that a training loop
/// runs in the memory of its first step.
///
/// It is not locked: many may read it, but one that writes (or adopts) must be alone.
final class Storage: @unchecked Sendable {
  private(set) var base: UnsafeMutableRawPointer
  /// How many numbers it holds.
  let count: Int
  private(set) var elementType: ElementType
  /// What keeps foreign memory alive (a mapped file); `nil` for memory of the pool.
  private var owner: AnyObject?
  /// How often its numbers were overwritten. A `SavedTensor` compares it to find out whether its numbers have changed.
  private(set) var version = 0

  /// Memory of the pool, its contents not set.
  ///
  /// - Parameters:
  ///   - shape: the tensor's shape, for the message if there is not enough.
  ///   - operation: the operation that needs it.
  init(count: Int, shape: [Int], _ operation: String) {
    guard let memory = MemoryPool.shared.take(bytes: count * 4) else {
      MemoryPool.refuse(bytes: count * 4, shape: shape, operation)
    }
    self.count = count
    self.elementType = .float32
    self.base = memory
  }

  /// Memory that belongs to someone else, used in place.
  init(base: UnsafeRawPointer, count: Int, elementType: ElementType, owner: AnyObject) {
    self.base = UnsafeMutableRawPointer(mutating: base)
    self.count = count
    self.elementType = elementType
    self.owner = owner
  }

  /// What stands in the place of the owner while there is no memory.
  private final class NoMemory: Sendable {
    static let owner = NoMemory()
  }

  /// No memory for so many numbers: it is adopted, or taken from the pool when it is first written to.
  init(withoutMemory count: Int) {
    self.count = count
    elementType = .float32
    base = UnsafeMutableRawPointer(Unmanaged.passUnretained(NoMemory.owner).toOpaque())
    owner = NoMemory.owner
  }

  /// Lets this storage use other memory from now on: how a checkpoint's weights take the place of initial ones.
  func adopt(_ other: Storage) {
    precondition(other.count == count)
    if owner == nil { MemoryPool.shared.give(base, bytes: count * 4) }
    base = other.base
    elementType = other.elementType
    owner = other.owner ?? other
    version += 1
  }

  /// Makes the memory writable, and counts that it is written to. Called once for each operation that overwrites
  /// numbers, by the thread that starts it.
  func prepareToWrite() {
    own()
    version += 1
  }

  /// Whether a number of the one can also be a number of the other.
  func sharesMemory(with other: Storage) -> Bool {
    self === other
      || (base < other.base + other.count * other.elementType.byteCount
        && other.base < base + count * elementType.byteCount)
  }

  /// Numbers in foreign memory, or of half size, move to memory of the pool.
  private func own() {
    guard owner != nil else { return }
    guard let copy = MemoryPool.shared.take(bytes: count * 4) else {
      MemoryPool.refuse(bytes: count * 4, shape: [count], "assign")
    }
    let floats = copy.assumingMemoryBound(to: Float.self)
    if owner is NoMemory {
      floats.update(repeating: 0, count: count)
    } else if elementType == .float32 {
      floats.update(from: base.assumingMemoryBound(to: Float.self), count: count)
    } else {
      widen(base.assumingMemoryBound(to: UInt16.self), elementType, count: count, to: floats)
    }
    base = copy
    elementType = .float32
    owner = nil
  }

  deinit {
    if owner == nil { MemoryPool.shared.give(base, bytes: count * 4) }
  }

  /// Its numbers; only for 32-bit storage.
  var floats: UnsafeMutablePointer<Float> {
    precondition(elementType == .float32, "numbers of half size are read as 32-bit ones")
    return base.assumingMemoryBound(to: Float.self)
  }
}
