import Foundation

/// A program that was run to its end.
public struct Subprocess: Sendable {
  /// The ways for a program to end.
  public enum Ending: Equatable, Sendable, CustomStringConvertible {
    /// By itself, with this exit code.
    case exited(Int32)
    /// By this signal, as crashes do.
    case signaled(Int32)
    /// By us, because it took too long.
    case timedOut

    /// The predicate of a sentence: `ended with exit code 1`.
    public var description: String {
      switch self {
      case .exited(let status): "ended with exit code \(status)"
      case .signaled(let signal): "crashed with signal \(signal)"
      case .timedOut: "was stopped"
      }
    }
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

  /// What was wrong with its run: another end than exit code 0, or nothing printed; nil for a good one.
  var failure: String? { ending != .exited(0) ? "\(ending)" : output.isEmpty ? "printed nothing" : nil }

  /// The last lines of standard error.
  public func errorTail(lines: Int = 10) -> String {
    errorText.split(whereSeparator: \.isNewline).suffix(lines).joined(separator: "\n")
  }

  /// Runs a program with nothing on its standard input, and keeps what it writes.
  ///
  /// - Parameters:
  ///   - executable: its path.
  ///   - environment: variables set beside this process's own.
  ///   - timeout: seconds after which it is killed, with all processes that it has started.
  public static func capture(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], timeout: Double
  ) throws -> Subprocess {
    try BackgroundProgram(executable, arguments, environment: environment, timeout: timeout).wait()
  }

  /// Becomes another program, with this process's streams and terminal; returns only to throw.
  public static func replaceThisProcess(_ executable: String, _ arguments: [String]) throws -> Never {
    withCStrings([executable] + arguments) { _ = execv(executable, $0) }
    throw failure(executable, errno)
  }
}

// MARK: The system's side

extension Subprocess {
  /// Starts a program and goes on; ``wait(for:)`` must follow. Unless it leads a group of its own, Ctrl-C reaches it, too.
  ///
  /// A program file that was written a moment ago can still be open for writing in a process that another thread is
  /// starting just now: a new process holds all files of its parent until it becomes its own program. Such a file counts
  /// as busy (`ETXTBSY`) for that moment, so starting it is tried again for up to two seconds.
  ///
  /// - Parameters:
  ///   - environment: variables set beside this process's own.
  ///   - input: what it reads, nothing by default.
  ///   - leadsGroup: whether it begins a group of processes of its own.
  public static func start(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil,
    output: Int32, errors: Int32 = STDERR_FILENO, leadsGroup: Bool = false
  ) throws -> pid_t {
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let start = ContinuousClock.now
    while true {
      var process = pid_t()
      let status = withSpawnSettings(input, output, errors, leadsGroup: leadsGroup) { actions, attributes in
        withCStrings([executable] + arguments) { arguments in
          withCStrings(variables) { posix_spawn(&process, executable, actions, attributes, arguments, $0) }
        }
      }
      if status == 0 { return process }
      guard status == ETXTBSY, ContinuousClock.now - start < .seconds(2) else { throw failure(executable, status) }
      usleep(5_000)
    }
  }

  /// Waits until a program has ended.
  public static func wait(for process: pid_t) throws -> Ending {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { throw failure("process \(process)", errno) }
    }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .signaled(signal)
  }

  private static func failure(_ executable: String, _ number: Int32) -> CourseError {
    CourseError("\(executable): cannot be run: \(String(cString: strerror(number)))")
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
