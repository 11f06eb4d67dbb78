import Synchronization

/// How many threads the engine may use. The results do not depend on it.
public enum Threads {
  /// The number that the program was started with, or that of the cores that it may use.
  public static var count: Int {
    get { scoped ?? shared.load(ordering: .relaxed) }
    set { shared.store(clamped(newValue), ordering: .relaxed) }
  }

  /// Runs `body` with another number of threads.
  public static func with<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    try $scoped.withValue(clamped(count), operation: body)
  }

  /// The most threads that the engine uses; more are taken for this many. `WorkerTeam` counts parts in 16 bits.
  public static let limit = 1024

  private static func clamped(_ count: Int) -> Int { min(max(1, count), limit) }

  @TaskLocal private static var scoped: Int?
  private static let shared = Atomic<Int>(coreCount)
  static let coreCount = clamped(CoreCount.available)
}

/// Splits `0..<count` among the threads and calls `body` for each part.
///
/// Only outputs are split, never a sum, so results do not depend on the split.
///
/// - Parameters:
///   - grain: the fewest items worth a thread of their own: some 10 µs of work.
///   - multiple: parts begin at multiples of this.
func parallelFor(_ count: Int, grain: Int, multiple: Int = 1, _ body: (Range<Int>) -> Void) {
  let parts = min(Threads.count, max(1, count / max(1, grain)))
  if parts <= 1 {
    if count > 0 { body(0..<count) }
    return
  }
  let units = (count + multiple - 1) / multiple
  let used = min(parts, units)
  WorkerTeam.shared.run(used) { part in
    body(units * part / used * multiple..<min(count, units * (part + 1) / used * multiple))
  }
}

/// How many items are worth a thread of their own, if `total` units of work are and an item is `perItem` of them.
func grainSize(total: Int, perItem: Int) -> Int { max(1, total / max(1, perItem)) }
