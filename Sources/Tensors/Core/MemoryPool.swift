import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much memory the engine's tensors take.
public enum Memory {
  /// Bytes that tensors hold now.
  public static var liveBytes: Int { MemoryPool.shared.liveBytes }
  /// Bytes that wait in the pool to be used again.
  public static var pooledBytes: Int { MemoryPool.shared.pooledBytes }

  /// Gives the waiting memory, at most 1 GiB, back to the system: for programs that go on after their work with tensors.
  public static func trim() { MemoryPool.shared.trim() }
}

/// Keeps freed blocks to hand out again: the system takes large blocks back at once and clears them anew, which
/// costs more than the arithmetic on them.
final class MemoryPool: Sendable {
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
    return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) } ?? Self.allocate(size)
  }

  /// A new block; a learner's mistake can ask for more than there is, and gets a line rather than a crash.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    var block: UnsafeMutableRawPointer?
    guard posix_memalign(&block, 64, bytes) == 0, let block else {
      fail("Tensor", "there is no memory for \(bytes >> 20) MiB at once")
    }
    return block
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
    if !isKept { free(block) }
  }

  func trim() {
    let blocks: [UInt] = state.withLock { state in
      defer {
        for index in state.free.indices { state.free[index] = [] }
        state.pooled = 0
      }
      return Array(state.free.joined())
    }
    for block in blocks { free(UnsafeMutableRawPointer(bitPattern: block)) }
  }

  /// Eight classes for each power of two, so that at most an eighth of a block is unused.
  private static func sizeClass(_ bytes: Int) -> (index: Int, size: Int) {
    let exponent = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    let step = (1 << exponent) >> 3
    let eighth = (bytes - 1 - (1 << exponent)) / step
    return (exponent * 8 + eighth, (1 << exponent) + (eighth + 1) * step)
  }
}
