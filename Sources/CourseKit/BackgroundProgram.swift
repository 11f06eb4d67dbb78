import Foundation

/// A program that runs while this process does something else, with nothing on its standard input.
///
/// It leads a group of processes of its own, which ends with this process.
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
  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], joinsStreams: Bool = false
  ) throws {
    output = try UnnamedFile()
    errors = joinsStreams ? output : try UnnamedFile()
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    leader = try Subprocess.spawn(
      executable, arguments, variables, output.descriptor, errors.descriptor, leadsGroup: true)
    group = ProcessGroup(leader)
  }

  deinit { stop() }

  /// How it ended and what it wrote, nil as long as it runs.
  func poll() -> Subprocess? {
    if let result { return result }
    var information = siginfo_t()
    guard waitid(P_PID, id_t(leader), &information, WEXITED | WNOWAIT | WNOHANG) == 0, hasEnded(information) else {
      return nil
    }
    return reap()
  }

  private func hasEnded(_ information: siginfo_t) -> Bool { information.si_signo == SIGCHLD }

  private func reap() -> Subprocess {
    _ = group.end()
    var status: Int32 = 0
    while waitpid(leader, &status, 0) < 0, errno == EINTR {}
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let errorBytes = errors === output ? [] : errors.contents()
    let ended = Subprocess(
      ending: Subprocess.ending(of: status), output: output.contents(), errors: errorBytes, seconds: seconds)
    result = ended
    return ended
  }

  /// What it wrote on standard output since this was last asked: whole lines.
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
    if patience > 0, poll() == nil {
      kill(-leader, SIGINT)
      let asked = ContinuousClock.now
      while poll() == nil, (ContinuousClock.now - asked) / .seconds(1) < patience { usleep(10_000) }
    }
    guard result == nil else { return }
    kill(-leader, SIGKILL)
    _ = reap()
  }
}
