import Support

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The few calls of the operating system that a lesson needs; everything else in this module is computation.
enum System {
  /// The C library's error of the latest call: `No space left on device`.
  static var latestError: String { String(cString: strerror(errno)) }

  /// The name that this program was started under, without folders: `Lesson04_ViT`.
  static var programName: String {
    let path = CommandLine.arguments.first ?? "lesson"
    return path.split(separator: "/").last.map(String.init) ?? path
  }

  /// An environment variable, if it is set and not empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Ends the program with one line on standard error.
  static func stop(_ message: String, status: ExitStatus = .failure) -> Never {
    _ = write(printable(message) + "\n", to: .standardError)
    exit(status.rawValue)
  }

  /// Ends the program without a word.
  static func leave(_ status: ExitStatus) -> Never { exit(status.rawValue) }

  /// Statuses that a lesson ends with.
  enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
    /// EX_USAGE of sysexits: the command line is wrong.
    case usage = 64
    /// What a shell reports of a program whose reader went away (128 + SIGPIPE).
    case brokenPipe = 141
  }
}

// MARK: Streams

extension System {
  /// An open file.
  struct Stream {
    let descriptor: Int32
    static let standardOutput = Stream(descriptor: 1)
    static let standardError = Stream(descriptor: 2)

    /// Whether a person reads it.
    var isTerminal: Bool { isatty(descriptor) == 1 }
  }

  /// Why a text could not be written.
  enum WriteFailure: Error {
    /// The reader went away, as `head` does when it has seen enough.
    case readerLeft
    case other(String)
  }

  /// Writes a text at once and entirely, after whatever the C library still holds back.
  ///
  /// Nothing stays in a buffer, so nothing is lost when the program ends in the middle.
  static func write(_ text: String, to stream: Stream) -> WriteFailure? {
    fflush(nil)
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, !rest.isEmpty {
        let count = libraryWrite(stream.descriptor, start, rest.count)
        if count >= 0 {
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else if errno == EPIPE {
          return .readerLeft
        } else if errno == EAGAIN {
          // Somebody has made the stream non-blocking: wait until it takes more.
          var stream = pollfd(fd: stream.descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&stream, 1, -1)
        } else if errno != EINTR {
          return .other(latestError)
        }
      }
      return nil
    }
  }

  private static func libraryWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, start, count)
    #elseif canImport(Glibc)
      Glibc.write(descriptor, start, count)
    #else
      Musl.write(descriptor, start, count)
    #endif
  }

  /// Fills closed descriptors from 0 to 2, so that no file is opened there; reading and writing there go on failing.
  static func reserveStandardStreams() {
    // A new descriptor takes the lowest free number.
    for (descriptor, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", mode)
    }
  }

  /// Makes a reader that goes away visible as ``WriteFailure/readerLeft`` instead of a signal.
  static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Columns of the terminal behind a stream.
  static func columns(of stream: Stream) -> Int? { size(of: stream)?.columns }

  /// Columns and lines of the terminal behind a stream.
  static func size(of stream: Stream) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(stream.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Seconds of a clock that never goes back; for progress bars, never for results.
  static var seconds: Double {
    let elapsed = ContinuousClock.now - start
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  }

  private static let start = ContinuousClock.now
}

// MARK: Files

extension System {
  /// Opens a file for writing, emptied.
  static func create(_ path: String) -> Stream? {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    return descriptor < 0 ? nil : Stream(descriptor: descriptor)
  }

  /// Makes a directory and those above it, and proves with a file that it can be written.
  ///
  /// - Throws: `DataError` if it cannot be used.
  static func prepareDirectory(_ path: String) throws(DataError) {
    try FileSystem.makeDirectory(path)
    // Goes when it is let go of.
    _ = try AtomicFile(FileSystem.join(path, ".writable"))
  }
}

/// Standard input, output and error of a program that is no lesson; a ``Lesson`` does the same for itself.
public enum StandardStreams {
  /// Makes sure that the descriptors 0 to 2 are taken, before the program opens anything.
  ///
  /// A program may be started with some of them closed (`<&-` in a shell). The next file that it opened would take the
  /// number, and results would go into that file. The places are filled with `/dev/null`, opened the wrong way round: to
  /// read or write there fails, as it did before.
  public static func reserve() { System.reserveStandardStreams() }

  /// Writes results to standard output, at once and entirely.
  ///
  /// A reader that left ends the program quietly, anything else that keeps it from writing with one line and exit code 1.
  public static func write(_ text: String) { Session.printToStandardOutput(text) }
}
