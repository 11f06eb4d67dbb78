internal import CPrefetch
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads (helpers) that compute parts of a job together with the thread that calls `run` (the owner).
///
/// Waking a thread takes 20 to 30 µs, longer than many jobs. So a helper that has finished its part waits awake for the
/// next job for `patience`, and then gives its thread back: an idle program has no thread that spins.
///
/// The protocol rests on these invariants:
/// 1. There is at most one job at a time. `isBusy` belongs to its owner. A caller that finds the team busy, another
///    thread or a part of the job itself, computes all its parts alone; so no thread waits for one that waits for it.
/// 2. The owner computes part 0 and then claims parts like a helper; it needs no helper to finish. (What a thread wrote
///    in one job is mostly what it reads in the next.)
/// 3. `ticket` holds the number of the job, how many parts it has and how many are claimed, in one word. A part is
///    claimed by one compare-and-exchange, so each part is computed once, and a claim for an earlier job fails.
/// 4. `body` and `finishedParts` are written before the ticket that publishes them. As long as a part is unclaimed, no
///    other job can begin; so whoever claims a part has read the right `body`.
/// 5. The owner returns when `finishedParts` has reached the number of parts. A helper counts a part as finished after
///    it has let go of the closure, so no thread uses the closure after `run` has returned.
/// 6. A helper sets `isAwake` to false before it looks at the ticket for the last time, and the owner publishes the
///    ticket before it looks at `isAwake`. Both orders are sequentially consistent; so a job is never left without the
///    helpers that it counted on.
final class WorkerTeam: Sendable {
  static let shared = WorkerTeam(helperCount: Threads.coreCount - 1)

  /// What a job does. (A closure that lay in memory by itself would be called through another one, made anew each
  /// time.)
  private struct Body {
    let call: (Int) -> Void
  }

  /// How long a helper waits for the next job, in nanoseconds: longer than the time between two jobs of a training
  /// step.
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

  /// Performs parts of jobs until there has been none for `patience`.
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
      // A job that came in between took this helper to be awake.
      if !Ticket(bits: ticket.load(ordering: .sequentiallyConsistent)).hasMore { return }
      if helper.isAwake.exchange(true, ordering: .sequentiallyConsistent) { return }
    }
  }

  /// Claims a part of the present job and computes it; false if there is none left.
  private func performPart() -> Bool {
    var seen = Ticket(bits: ticket.load(ordering: .acquiring))
    while seen.hasMore {
      // The address belongs to this job if the claim succeeds (invariant 4).
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

  /// Not inlined, so that it has let go of the closure before the part counts as finished (invariant 5).
  @inline(never)
  private static func call(_ address: UInt, _ part: Int) {
    UnsafePointer<Body>(bitPattern: address)?.pointee.call(part)
  }

  /// Waits a little: at first by a pause of the core, after some rounds by letting other threads run.
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
