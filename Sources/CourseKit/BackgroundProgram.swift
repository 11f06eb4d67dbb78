import Foundation

/// A program that runs while this process does something else, with nothing on its standard input.
///
/// It leads a group of processes of its own, which ends with this process. What it writes goes to unnamed files, not
/// pipes: a program is never held up by its reader, nor the reader by a process that the program left behind.
final class BackgroundProgram {
  private let leader: pid_t
  private let group: ProcessGroup
  private let output: UnnamedFile
  private let errors: UnnamedFile
  private let start = ContinuousClock.now
  private var result: Subprocess?
  private var handedOut = 0

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - environment: variables set beside this process's own.
  ///   - joinsStreams: whether its errors go where its output goes.
  ///   - timeout: seconds after which it is killed, with all that it has started.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], joinsStreams: Bool = false,
    timeout: Double? = nil
  ) throws {
    output = try UnnamedFile()
    errors = joinsStreams ? output : try UnnamedFile()
    leader = try Subprocess.start(
      executable, arguments, environment: environment, output: output.descriptor, errors: errors.descriptor,
      leadsGroup: true)
    group = ProcessGroup(leader, timeout: timeout)
  }

  deinit { stop() }

  /// How it ended and what it wrote, nil as long as it runs.
  func poll() throws -> Subprocess? { try result ?? (hasEnded(WNOHANG) ? reap() : nil) }

  /// Waits until it has ended.
  func wait() throws -> Subprocess {
    while result == nil, !hasEnded(0), errno == EINTR {}
    return try result ?? reap()
  }

  /// Whether it has ended; it is not yet forgotten then, so that its number stays its own while it may be killed.
  private func hasEnded(_ options: Int32) -> Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(leader), &information, WEXITED | WNOWAIT | options) == 0
      && information.si_signo == SIGCHLD
  }

  private func reap() throws -> Subprocess {
    let isTimedOut = group.end()
    let ending = try Subprocess.wait(for: leader)
    let ended = Subprocess(
      ending: isTimedOut ? .timedOut : ending, output: output.contents(),
      errors: errors === output ? [] : errors.contents(), seconds: seconds)
    result = ended
    return ended
  }

  /// What it wrote on standard output since the last call: whole lines.
  func newLines() -> [UInt8] {
    let bytes = output.contents()
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")), end >= handedOut else { return [] }
    defer { handedOut = end + 1 }
    return Array(bytes[handedOut...end])
  }

  /// Seconds since its start.
  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Ends it, with all that it has started.
  ///
  /// - Parameter patience: seconds that it may take to end by itself after an interrupt.
  func stop(patience: Double = 0) {
    if patience > 0, (try? poll()) == nil {
      kill(-leader, SIGINT)
      let interrupted = ContinuousClock.now
      while (try? poll()) == nil, (ContinuousClock.now - interrupted) / .seconds(1) < patience { usleep(10_000) }
    }
    guard result == nil else { return }
    kill(-leader, SIGKILL)
    _ = try? reap()
  }
}
