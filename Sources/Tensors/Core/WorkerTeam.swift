internal import CPrefetch
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Helpers that compute parts of a job beside the thread whose job it is.
///
/// Waking a thread takes longer than many a job (20 to 30 µs), so a helper that has done its part looks out for the
/// next job for a moment before it lets its thread go; an idle program has no thread that spins. There is one job at
/// a time: who finds the team busy, be it another thread or a part of the job itself, computes alone, so nobody ever
/// waits in a circle. The owner of a job computes parts too, all of them if no helper comes in time. The first one is
/// always its own: what a thread wrote in one job is mostly what it reads in the next, and near.
final class WorkerTeam: Sendable {
  static let shared = WorkerTeam(helperCount: Threads.coreCount - 1)

  /// What a job does. (A closure that lay in memory by itself would be called through another one, made anew each time.)
  private struct Body {
    let call: (Int) -> Void
  }

  /// How long a helper looks out for the next job: longer than what lies between two jobs of a training step.
  private static let patience: UInt64 = 200_000

  private final class Helper: Sendable {
    let queue = DispatchQueue(label: "tensors.helper", qos: .userInitiated)
    /// Whether a thread serves, or is on its way.
    let isAwake = Atomic<Bool>(false)
  }

  private let helpers: [Helper]
  private let isBusy = Atomic<Bool>(false)
  /// The job and how many of its parts are claimed, in one word, so that claims of a job that is over fail.
  private let ticket = Atomic<UInt64>(0)
  /// Address of the job's `Body`.
  private let body = Atomic<UInt>(0)
  private let finishedParts = Atomic<Int>(0)

  init(helperCount: Int) {
    helpers = (0..<max(0, helperCount)).map { _ in Helper() }
  }

  /// Calls `body` with 0, 1, … `parts` - 1, each once, and returns when all calls have.
  func run(_ parts: Int, _ body: (Int) -> Void) {
    // A ticket has 16 bits for it. There are at most `Threads.limit` parts, so this never fails.
    precondition(parts < 1 << 16)
    let isMine = parts > 1 && isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    guard isMine else {
      for part in 0..<parts { body(part) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: Body(call: escapable)) { pointer in
        self.body.store(UInt(bitPattern: pointer), ordering: .relaxed)
        finishedParts.store(0, ordering: .relaxed)
        let last = Ticket(bits: ticket.load(ordering: .relaxed))
        ticket.store(last.next(parts: parts).bits, ordering: .sequentiallyConsistent)
        for helper in helpers.prefix(parts - 1) { wake(helper) }
        body(0)
        finishedParts.add(1, ordering: .relaxed)
        while performPart() {}
        var tries = 0
        while finishedParts.load(ordering: .acquiring) < parts { pause(&tries) }
      }
    }
    isBusy.store(false, ordering: .releasing)
  }

  private func wake(_ helper: Helper) {
    if helper.isAwake.exchange(true, ordering: .sequentiallyConsistent) { return }
    helper.queue.async { self.serve(helper) }
  }

  /// What a helper does until there has been no job for a while.
  private func serve(_ helper: Helper) {
    var deadline = DispatchTime.now().uptimeNanoseconds + Self.patience
    var tries = 0
    while true {
      if performPart() {
        deadline = DispatchTime.now().uptimeNanoseconds + Self.patience
        tries = 0
        continue
      }
      pause(&tries)
      if DispatchTime.now().uptimeNanoseconds < deadline { continue }
      helper.isAwake.store(false, ordering: .sequentiallyConsistent)
      // A job that came a moment ago took this helper for awake.
      if !Ticket(bits: ticket.load(ordering: .sequentiallyConsistent)).hasMore { return }
      if helper.isAwake.exchange(true, ordering: .sequentiallyConsistent) { return }
    }
  }

  /// Claims a part of the present job and computes it; false if there is none left.
  private func performPart() -> Bool {
    var seen = Ticket(bits: ticket.load(ordering: .acquiring))
    while seen.hasMore {
      // The address belongs to this job if the claim succeeds: as long as a part is unclaimed, no other job can begin.
      let address = body.load(ordering: .relaxed)
      let (isClaimed, now) = ticket.weakCompareExchange(
        expected: seen.bits, desired: seen.claiming.bits, ordering: .acquiringAndReleasing)
      if isClaimed {
        Self.call(address, seen.claimed)
        finishedParts.add(1, ordering: .releasing)
        return true
      }
      seen = Ticket(bits: now)
    }
    return false
  }

  /// Not inlined, so that it has let go of the closure before the part counts as finished.
  @inline(never)
  private static func call(_ address: UInt, _ part: Int) {
    UnsafePointer<Body>(bitPattern: address)?.pointee.call(part)
  }

  /// Waits a little: for some rounds by doing nothing, then by letting other threads have the core.
  private func pause(_ tries: inout Int) {
    tries += 1
    if tries > 200 { sched_yield() } else { waitBriefly() }
  }
}

/// A job's number, how many parts it has, and how many of them are claimed, packed into one word.
private struct Ticket {
  let bits: UInt64

  var claimed: Int { Int(bits & 0xffff) }
  private var parts: Int { Int((bits >> 16) & 0xffff) }
  var hasMore: Bool { claimed < parts }
  /// The ticket after one more claim.
  var claiming: Ticket { Ticket(bits: bits &+ 1) }

  /// The next job's ticket. Its first part is the owner's.
  func next(parts: Int) -> Ticket { Ticket(bits: ((bits >> 32) &+ 1) << 32 | UInt64(parts) << 16 | 1) }
}
