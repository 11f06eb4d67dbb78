import Foundation

/// A program that was run to its end.
public struct Subprocess: Sendable {
  /// The ways for a program to end.
  public enum Ending: Equatable, Sendable {
    /// By itself, with this exit code.
    case exited(Int32)
    /// By this signal, as crashes do.
    case signaled(Int32)
    /// By us, because it took too long.
    case timedOut
  }

  /// How it ended.
  public let ending: Ending
  /// What it wrote on standard output, empty if that was not kept.
  public let output: [UInt8]
  /// What it wrote on standard error, empty if that was not kept.
  public let errors: [UInt8]
  /// How long it ran.
  public let seconds: Double

  /// Standard output as text.
  public var outputText: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: errors, as: UTF8.self) }

  /// The last lines of standard error.
  public func errorTail(lines: Int = 10) -> String {
    errorText.split(whereSeparator: \.isNewline).suffix(lines).joined(separator: "\n")
  }

  /// Runs a program with nothing on its standard input, and keeps what it writes.
  ///
  /// Its output goes through unnamed files, not pipes: a program is never held up by its reader, nor the reader by a
  /// process that the program left behind.
  /// - Parameters:
  ///   - executable: its path.
  ///   - environment: variables set beside this process's own.
  ///   - timeout: seconds after which it is killed, with all processes that it has started.
  public static func capture(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], timeout: Double
  ) throws -> Subprocess {
    let output = try UnnamedFile()
    let errors = try UnnamedFile()
    let (ending, seconds) = try run(
      executable, arguments, environment, output.descriptor, errors.descriptor, timeout: timeout)
    return Subprocess(ending: ending, output: output.contents(), errors: errors.contents(), seconds: seconds)
  }

  /// Runs a program whose output and errors both go to this process's standard error.
  public static func runOnStandardError(_ executable: String, _ arguments: [String]) throws -> Ending {
    try run(executable, arguments, [:], STDERR_FILENO, STDERR_FILENO, timeout: nil).ending
  }

  /// Becomes another program, with this process's streams and terminal; returns only to throw.
  public static func replaceThisProcess(_ executable: String, _ arguments: [String]) throws -> Never {
    withCStrings([executable] + arguments) { _ = execv(executable, $0) }
    throw failure(executable)
  }
}

// MARK: The system's side

extension Subprocess {
  /// Runs a program: with a timeout in a group of processes of its own, without one in that of this process, as a shell
  /// would.
  private static func run(
    _ executable: String, _ arguments: [String], _ environment: [String: String], _ output: Int32, _ errors: Int32,
    timeout: Double?
  ) throws -> (ending: Ending, seconds: Double) {
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let start = ContinuousClock.now
    let process = try spawn(executable, arguments, variables, output, errors, leadsGroup: timeout != nil)
    let group = timeout.map { ProcessGroup(process, timeout: $0) }

    // The process is not yet forgotten when it has ended, so that its number stays its own while it may be killed.
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0 {
      if errno != EINTR { throw failure(executable) }
    }
    let isTimedOut = group?.end() ?? false
    var waitStatus: Int32 = 0
    while waitpid(process, &waitStatus, 0) < 0 {
      if errno != EINTR { throw failure(executable) }
    }
    return (isTimedOut ? .timedOut : ending(of: waitStatus), seconds(since: start))
  }

  /// What `waitpid` says of the end of a process.
  static func ending(of waitStatus: Int32) -> Ending {
    let signal = waitStatus & 0x7F
    return signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signaled(signal)
  }

  /// Starts a program.
  ///
  /// A program file that was written a moment ago can still be open for writing in a process that another thread is
  /// starting just now: a new process holds all files of its parent until it becomes its own program. Such a file counts
  /// as busy (`ETXTBSY`) for that moment, so starting it is tried again for up to two seconds.
  static func spawn(
    _ executable: String, _ arguments: [String], _ variables: [String], _ output: Int32, _ errors: Int32,
    leadsGroup: Bool, input: Int32? = nil
  ) throws -> pid_t {
    let start = ContinuousClock.now
    while true {
      var process = pid_t()
      let status = withSpawnSettings(input, output, errors, leadsGroup: leadsGroup) { actions, attributes in
        withCStrings([executable] + arguments) { arguments in
          withCStrings(variables) { posix_spawn(&process, executable, actions, attributes, arguments, $0) }
        }
      }
      if status == 0 { return process }
      guard status == ETXTBSY, seconds(since: start) < 2 else {
        throw CourseError("\(executable): cannot be run: \(String(cString: strerror(status)))")
      }
      usleep(5_000)
    }
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  private static func failure(_ executable: String) -> CourseError {
    CourseError("\(executable): cannot be run: \(String(cString: strerror(errno)))")
  }

  #if canImport(Darwin)
    private typealias Actions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
  #else
    private typealias Actions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
  #endif

  /// Standard input as given or empty, output and errors as given, a broken pipe deadly as usual.
  private static func withSpawnSettings(
    _ input: Int32?, _ output: Int32, _ errors: Int32, leadsGroup: Bool,
    _ body: (UnsafePointer<Actions>, UnsafePointer<Attributes>) -> Int32
  ) -> Int32 {
    #if canImport(Darwin)
      var actions: Actions = nil
      var attributes: Attributes = nil
    #else
      var actions = Actions()
      var attributes = Attributes()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    // Onto itself, too: that clears the flag which closes the descriptor.
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)

    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // Group 0 is a new one with the number of the process.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | (leadsGroup ? Int16(POSIX_SPAWN_SETPGROUP) : 0))
    return body(&actions, &attributes)
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("an array with a last nil is never empty") }
      return body(start)
    }
  }
}

/// A file that has no name and is gone when it is closed.
final class UnnamedFile {
  let descriptor: Int32

  init() throws {
    let folder = FileManager.default.temporaryDirectory.path
    var path = Array("\(folder)/course-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else {
      throw CourseError("\(folder): cannot make a temporary file: \(String(cString: strerror(errno)))")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
  }

  deinit { close(descriptor) }

  func contents() -> [UInt8] {
    let size = max(Int(lseek(descriptor, 0, SEEK_END)), 0)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let start = buffer.baseAddress {
        let taken = pread(descriptor, start + count, size - count, off_t(count))
        if taken < 0, errno == EINTR { continue }
        if taken <= 0 { break }
        count += taken
      }
    }
  }
}
