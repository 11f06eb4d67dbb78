import Support
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

  /// Gives the waiting memory, at most 1 GiB, back to the system: for programs that go on after their work with
  /// tensors.
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
  /// The most that is taken from the system before its memory is looked at.
  private static let mostUnchecked = 1 << 28
  /// What is left for everything else.
  private static let reserve = 1 << 26

  private struct State {
    /// Addresses of free blocks, by size class.
    var free: [[UInt]] = Array(repeating: [], count: 64 * 8)
    var live = 0
    var pooled = 0
    /// Bytes of new blocks since the system's memory was last looked at.
    var unchecked = 0
  }
  private let state = Mutex(State())

  var liveBytes: Int { state.withLock { $0.live } }
  var pooledBytes: Int { state.withLock { $0.pooled } }

  /// A block, or `nil` if there is no memory for it.
  func take(bytes: Int) -> UnsafeMutableRawPointer? {
    if bytes <= Self.smallest { return .allocate(byteCount: max(bytes, 4), alignment: 16) }
    let (index, size) = Self.sizeClass(bytes)
    let address: UInt? = state.withLock {
      guard let block = $0.free[index].popLast() else { return nil }
      $0.live += size
      $0.pooled -= size
      return block
    }
    if let block = address.flatMap({ UnsafeMutableRawPointer(bitPattern: $0) }) { return block }
    guard isAvailable(size), let block = Self.allocate(size) else { return nil }
    state.withLock { $0.live += size }
    return block
  }

  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
    var block: UnsafeMutableRawPointer?
    return posix_memalign(&block, 64, bytes) == 0 ? block : nil
  }

  // MARK: When there is not enough

  /// Ends the program with a line about a learner's mistake: more was asked for than there is.
  static func refuse(bytes: Int, shape: [Int], _ operation: String) -> Never {
    fail(operation, "there is no memory for \(shape): \(max(1, bytes >> 20)) MiB")
  }

  /// Ends the program with a line unless there is memory for so many numbers, which are not all asked for at once, or
  /// not from the pool.
  ///
  /// - Parameters:
  ///   - count: how many numbers.
  ///   - width: the bytes of a number.
  ///   - shape: the tensor's shape, for the message.
  static func require(_ count: Int, width: Int = 4, shape: [Int], _ operation: String) {
    let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: width)
    if isTooMuch || !shared.isAvailable(bytes) {
      refuse(bytes: isTooMuch ? .max : bytes, shape: shape, operation)
    }
  }

  /// Whether the machine has so much memory left. The system promises more than it has, and ends programs that use it.
  private func isAvailable(_ bytes: Int) -> Bool {
    // Looked at once for so many bytes that it costs nothing beside clearing them.
    let isSmall = state.withLock {
      $0.unchecked += min(bytes, Self.mostUnchecked)
      if $0.unchecked < Self.mostUnchecked { return true }
      $0.unchecked = 0
      return false
    }
    guard !isSmall, let left = SystemMemory.availableBytes else { return true }
    return bytes <= left - Self.reserve
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
