/// What the free functions of this module work on: the running lesson's streams, files and transcript.
@MainActor
final class Session {
  private let transcript: Transcript
  let number: Int
  let figuresDirectory: String?
  /// The figures shown so far, whose names no other may take.
  var figureNames: [String] = []
  /// The progress bar on the terminal, which gives way to results.
  var progressBar: ProgressBar?

  private static var running: Session?

  /// Opens what the options name; ends the program with one line when that fails.
  init(number: Int, options: CommonOptions) {
    self.number = number
    figuresDirectory = options.figures
    do {
      if let figures = options.figures { try System.prepareDirectory(figures) }
    } catch {
      System.stop("\(System.programName): cannot write figures: \(error)")
    }
    let trace = options.trace.map { Session.openTrace($0) }
    transcript = Transcript { record in
      Session.printToStandardOutput(record.text)
      if let trace, case .other(let reason)? = System.write(record.jsonLine, to: trace) {
        System.stop("\(System.programName): cannot write the trace: \(reason)")
      }
    }
  }

  /// Ends the program when a lesson is running already.
  static func refuseSecond(_ file: String, _ line: Int) {
    if running != nil { System.stop("\(file):\(line): a program holds one Lesson, this is the second") }
  }

  /// Makes a session the one that the free functions use.
  static func begin(_ session: Session) {
    System.ignoreBrokenPipes()
    running = session
  }

  /// The running lesson; without one the program ends with a line that says what to write.
  static func current(for function: String, _ file: String, _ line: Int) -> Session {
    guard let running else {
      System.stop(
        "\(file):\(line): \(function) needs a lesson: begin with `let lesson = Lesson(number, \"title\")`")
    }
    return running
  }

  private static func openTrace(_ path: String) -> System.Stream {
    guard let stream = System.create(path) else {
      System.stop("\(System.programName): cannot write the trace to \(path): \(System.latestError)")
    }
    return stream
  }

  /// Writes results; a reader that left ends the program quietly, a full disk with one line.
  nonisolated static func printToStandardOutput(_ text: String) {
    switch System.write(text, to: .standardOutput) {
    case nil: break
    case .readerLeft: System.leave(.brokenPipe)
    case .other(let reason): System.stop("\(System.programName): cannot write standard output: \(reason)")
    }
  }

  func title(_ number: Int, _ title: String, _ file: String, _ line: Int) {
    write { $0.title("Lesson \(number). \(title)", at: SourceLine(file: file, line: line)) }
  }

  /// Writes an output, with the progress bar out of its way.
  func write(_ output: (Transcript) -> Void) {
    progressBar?.hide()
    output(transcript)
  }
}

extension Session {
  /// Writes a line for the person at the terminal; a closed standard error loses it.
  func writeToStandardError(_ text: String) {
    progressBar?.hide()
    _ = System.write(text, to: .standardError)
  }
}
