import Synchronization

/// The memory behind one or more tensors.
///
/// Blocks come from a pool and return to it when the last tensor that uses them is gone, so that a training loop
/// runs in the memory of its first step.
final class Storage: @unchecked Sendable {
  private(set) var base: UnsafeMutableRawPointer
  /// How many numbers it holds.
  let count: Int
  private(set) var elementType: ElementType
  /// What keeps foreign memory alive (a mapped file); `nil` for memory of the pool.
  private var owner: AnyObject?

  /// Memory of the pool, its contents not set.
  init(count: Int) {
    self.count = count
    self.elementType = .float32
    self.base = MemoryPool.shared.take(bytes: count * 4)
  }

  /// Memory that belongs to someone else, used in place.
  init(base: UnsafeRawPointer, count: Int, elementType: ElementType, owner: AnyObject) {
    self.base = UnsafeMutableRawPointer(mutating: base)
    self.count = count
    self.elementType = elementType
    self.owner = owner
  }

  /// Lets this storage use other memory from now on: how a checkpoint's weights take the place of initial ones.
  func adopt(_ other: Storage) {
    precondition(other.count == count)
    if owner == nil { MemoryPool.shared.give(base, bytes: count * 4) }
    base = other.base
    elementType = other.elementType
    owner = other.owner ?? other
  }

  /// Makes the memory writable: numbers in foreign memory, or of half size, move to memory of the pool.
  func own() {
    guard owner != nil else { return }
    let copy = MemoryPool.shared.take(bytes: count * 4)
    let floats = copy.assumingMemoryBound(to: Float.self)
    if elementType == .float32 {
      floats.update(from: base.assumingMemoryBound(to: Float.self), count: count)
    } else {
      let bits = base.assumingMemoryBound(to: UInt16.self)
      for index in 0..<count { floats[index] = widen(bits[index], elementType) }
    }
    base = copy
    elementType = .float32
    owner = nil
  }

  deinit {
    if owner == nil { MemoryPool.shared.give(base, bytes: count * 4) }
  }

  /// Its numbers; only for 32-bit storage.
  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
}

/// How much memory the engine's tensors take.
public enum Memory {
  /// Bytes that tensors hold now.
  public static var liveBytes: Int { MemoryPool.shared.liveBytes }
  /// Bytes that wait in the pool to be used again.
  public static var pooledBytes: Int { MemoryPool.shared.pooledBytes }
}

/// Keeps freed blocks to hand out again: the system takes large blocks back at once and clears them anew, which
/// costs more than the arithmetic on them.
private final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  /// Blocks up to this size are left to the system's allocator, which is quick with them.
  private static let smallest = 4096
  /// The most that waits in the pool.
  private static let mostPooled = 1 << 30

  private struct State {
    /// Addresses of free blocks, by size class.
    var free: [[UInt]] = Array(repeating: [], count: 64 * 8)
    var live = 0
    var pooled = 0
  }
  private let state = Mutex(State())

  var liveBytes: Int { state.withLock { $0.live } }
  var pooledBytes: Int { state.withLock { $0.pooled } }

  func take(bytes: Int) -> UnsafeMutableRawPointer {
    if bytes <= Self.smallest { return .allocate(byteCount: max(bytes, 4), alignment: 16) }
    let (index, size) = Self.sizeClass(bytes)
    let address: UInt? = state.withLock {
      $0.live += size
      guard let block = $0.free[index].popLast() else { return nil }
      $0.pooled -= size
      return block
    }
    return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) } ?? .allocate(byteCount: size, alignment: 64)
  }

  func give(_ block: UnsafeMutableRawPointer, bytes: Int) {
    if bytes <= Self.smallest { return block.deallocate() }
    let (index, size) = Self.sizeClass(bytes)
    let address = UInt(bitPattern: block)
    let isKept = state.withLock {
      $0.live -= size
      if $0.pooled + size > Self.mostPooled { return false }
      $0.free[index].append(address)
      $0.pooled += size
      return true
    }
    if !isKept { block.deallocate() }
  }

  /// Eight classes for each power of two, so that at most an eighth of a block is unused.
  private static func sizeClass(_ bytes: Int) -> (index: Int, size: Int) {
    let exponent = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    let step = (1 << exponent) >> 3
    let eighth = (bytes - 1 - (1 << exponent)) / step
    return (exponent * 8 + eighth, (1 << exponent) + (eighth + 1) * step)
  }
}
