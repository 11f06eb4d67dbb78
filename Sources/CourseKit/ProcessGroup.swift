import Foundation
import Synchronization

/// A program with all processes that it starts, which end together: when their time is over, or when this process is told
/// to end.
final class ProcessGroup: Sendable {
  private enum State { case running, ended, timedOut }

  private let leader: pid_t
  private let state = Mutex(State.running)

  /// - Parameters:
  ///   - leader: the process whose number is the group's.
  ///   - timeout: seconds after which the group is killed.
  init(_ leader: pid_t, timeout: Double? = nil) {
    self.leader = leader
    RunningGroups.add(leader)
    guard let timeout else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + timeout) { [weak self] in self?.stop() }
  }

  /// Notes that the leader has ended; to be called before its number can be given to another process.
  ///
  /// - Returns: whether the group had been killed, because its time was over.
  func end() -> Bool {
    RunningGroups.remove(leader)
    return state.withLock { state in
      if state == .running { state = .ended }
      return state == .timedOut
    }
  }

  private func stop() {
    state.withLock { state in
      guard state == .running else { return }
      state = .timedOut
      kill(-leader, SIGKILL)
    }
  }
}

/// The groups that run now. The terminal's Ctrl-C reaches only this process, not theirs, so that they are killed with it.
private enum RunningGroups {
  /// Zero, or the number of a group: memory that a signal's handler may read at any moment.
  private nonisolated(unsafe) static let numbers = {
    let numbers = UnsafeMutablePointer<pid_t>.allocate(capacity: capacity)
    numbers.initialize(repeating: 0, count: capacity)
    return numbers
  }()
  private static let capacity = 256
  private static let isWatching = Mutex(false)

  static func add(_ group: pid_t) {
    isWatching.withLock { isWatching in
      for index in 0..<capacity where numbers[index] == 0 {
        numbers[index] = group
        break
      }
      if !isWatching { for number in [SIGINT, SIGTERM, SIGHUP] { watch(number) } }
      isWatching = true
    }
  }

  static func remove(_ group: pid_t) {
    isWatching.withLock { _ in
      for index in 0..<capacity where numbers[index] == group { numbers[index] = 0 }
    }
  }

  /// Lets a signal kill all groups before it does what it does by default. One that is ignored, as by `nohup`, stays so.
  private static func watch(_ number: Int32) {
    let previous = signal(number) { number in
      for index in 0..<RunningGroups.capacity where RunningGroups.numbers[index] != 0 {
        kill(-RunningGroups.numbers[index], SIGKILL)
      }
      signal(number, SIG_DFL)
      raise(number)
    }
    if unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
  }
}
