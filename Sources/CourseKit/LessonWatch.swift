import Foundation
import Notebook
import Support

/// Builds and runs a lesson again whenever a file that it is made of is saved, and shows what changed.
///
/// The loop looks at the files ten times a second. A burst of saves counts as one: it waits until nothing has changed
/// between two looks. What is being built or run for an older save is stopped.
public final class LessonWatch {
  /// What to run, and where.
  public struct Settings: Sendable {
    /// The package's root.
    public let root: URL
    /// The lesson.
    public let lesson: LessonEntry
    /// Flags for it.
    public let arguments: [String]
    /// The lesson's program.
    let executable: String
    /// The program that builds it, and its arguments.
    let build: (executable: String, arguments: [String])

    /// Watches a lesson of a package.
    public init(lesson: LessonEntry, arguments: [String], products: Products) {
      self.init(
        root: products.root, lesson: lesson, arguments: arguments, executable: products.executable(of: lesson),
        build: products.buildCommand(of: lesson))
    }

    init(
      root: URL, lesson: LessonEntry, arguments: [String], executable: String,
      build: (executable: String, arguments: [String])
    ) {
      self.root = root
      self.lesson = lesson
      self.arguments = arguments
      self.executable = executable
      self.build = build
    }
  }

  private enum Work {
    case none
    case building(BackgroundProgram)
    case running(BackgroundProgram, buildSeconds: Double, warnings: [BuildErrors.Diagnostic], isShown: Bool)
  }

  private let settings: Settings
  private let terminal: Terminal
  private let write: (String) -> Void
  private let noteGoodRun: () -> Void
  private let checkAnswer: (String) throws -> String?

  private var work = Work.none
  private var snapshot: SourceSnapshot
  /// Files that were saved, and not yet built.
  private var saved: [String] = []
  private var lastLook = ContinuousClock.now
  private var lastGood: WatchReport.GoodRun?

  /// A watch that has not begun.
  ///
  /// - Parameters:
  ///   - terminal: what the texts are written to.
  ///   - write: takes each text.
  ///   - noteGoodRun: called after the first run that ended well.
  ///   - checkAnswer: checks the answer to an exercise, given the path of a file of its folder, and says what came of it.
  public init(
    _ settings: Settings, terminal: Terminal, write: @escaping (String) -> Void, noteGoodRun: @escaping () -> Void,
    checkAnswer: @escaping (String) throws -> String? = { _ in nil }
  ) {
    self.settings = settings
    self.terminal = terminal
    self.write = write
    self.noteGoodRun = noteGoodRun
    self.checkAnswer = checkAnswer
    snapshot = Self.look(settings)
  }

  /// Watches until `goesOn` returns false.
  ///
  /// - Parameter goesOn: is called at least every tenth of a second.
  public func run(while goesOn: () -> Bool) throws {
    defer { stop() }
    announce("building \(settings.lesson.target) …")
    try begin()
    while goesOn() {
      usleep(20_000)
      try look()
      try proceed()
    }
  }
}

// MARK: Saves

extension LessonWatch {
  private var source: String { "Lessons/\(settings.lesson.target)" }

  private static func look(_ settings: Settings) -> SourceSnapshot {
    SourceSnapshot(
      root: settings.root,
      paths: ["Lessons/\(settings.lesson.target)", "Sources", "expected-outputs", "Package.swift", Manifest.path])
  }

  private func look() throws {
    guard (ContinuousClock.now - lastLook) / .seconds(1) >= 0.1 else { return }
    lastLook = .now
    let now = Self.look(settings)
    let changes = now.changes(since: snapshot)
    snapshot = now
    if changes.isEmpty {
      if !saved.isEmpty { try settle() }
    } else {
      saved = Set(saved).union(changes).sorted()
      if !saved.allSatisfy({ $0 == settings.lesson.golden || isOfExercise($0) }) { stop() }
    }
  }

  /// Does what the files ask for that were saved: nothing has changed since.
  private func settle() throws {
    let files = saved
    saved = []
    if files == [settings.lesson.golden] {
      if case .none = work, let lastGood { show(.compared(lastGood)) }
      return
    }
    if files.allSatisfy(isOfExercise) { return try checkAnswers(files) }
    announce((files.count == 1 ? files[0] : "\(files.count) files") + " saved; building …")
    try begin()
  }
}

// MARK: Exercises

extension LessonWatch {
  /// Exercises are no part of the lesson's program.
  private func isOfExercise(_ file: String) -> Bool { file.hasPrefix("\(source)/Exercises/") }

  /// Checks the answers that were saved, one for each folder.
  private func checkAnswers(_ files: [String]) throws {
    var folders: Set<String> = []
    for file in files where folders.insert((file as NSString).deletingLastPathComponent).inserted {
      if let report = try checkAnswer(file) { write((terminal.hasCursor ? Self.clear : "") + report + "\n") }
    }
  }
}

// MARK: Work

extension LessonWatch {
  private func begin() throws {
    stop()
    let main = "\(source)/main.swift"
    guard snapshot.contains(main) else { return show(.missing(path: main)) }
    work = .building(try BackgroundProgram(settings.build.executable, settings.build.arguments, joinsStreams: true))
  }

  private func stop() {
    switch work {
    case .none: break
    // SwiftPM ends its compilers itself, which it has put into groups of their own.
    case .building(let build): build.stop(patience: 2)
    case .running(let run, _, _, _): run.stop()
    }
    work = .none
  }

  private func proceed() throws {
    switch work {
    case .none: break
    case .building(let build):
      if let ended = try build.poll() { try built(ended) }
    case .running(let run, let buildSeconds, let warnings, let isShown):
      if let ended = try run.poll() {
        work = .none
        finish(ended, buildSeconds, warnings)
      } else if terminal.hasCursor, run.seconds >= 1 {
        stream(run, isFirst: !isShown)
        work = .running(run, buildSeconds: buildSeconds, warnings: warnings, isShown: true)
      }
    }
  }

  private func built(_ build: Subprocess) throws {
    work = .none
    let errors = BuildErrors(output: build.outputText, root: settings.root.path)
    guard build.ending == .exited(0) else { return show(.notBuilt(errors)) }
    // A crash ends with its message; the backtrace would take seconds and hide it.
    let run = try BackgroundProgram(
      settings.executable, settings.arguments, environment: ["SWIFT_BACKTRACE": "enable=no"])
    work = .running(run, buildSeconds: build.seconds, warnings: errors.warnings, isShown: false)
  }

  private func finish(_ run: Subprocess, _ buildSeconds: Double, _ warnings: [BuildErrors.Diagnostic]) {
    guard run.failure == nil else { return show(.failed(run)) }
    let good = WatchReport.GoodRun(output: run.output, time: .now)
    show(.good(good, buildSeconds: buildSeconds, runSeconds: run.seconds, warnings: warnings))
    if lastGood == nil { noteGoodRun() }
    lastGood = good
  }
}

// MARK: Output

extension LessonWatch {
  private var report: WatchReport {
    WatchReport(
      lesson: settings.lesson, arguments: settings.arguments,
      golden: GoldenCheck(root: settings.root).golden(of: settings.lesson), previous: lastGood,
      rows: terminal.hasCursor ? terminal.rows : nil, columns: terminal.columns)
  }

  private func show(_ event: WatchReport.Event) {
    let text = report.text(event, at: .now, hasStyles: terminal.hasStyles)
    guard terminal.hasCursor else { return write(text + "\n") }
    let files = "\(source), Sources and expected-outputs"
    write(Self.clear + text + "\n" + styled("watching \(files); Ctrl-C ends", .faint) + "\n")
  }

  /// A line for the time until the next report.
  private func announce(_ text: String) {
    if terminal.hasCursor { write("\n" + styled(text, .faint) + "\n") }
  }

  /// Shows what a long run prints as it comes.
  private func stream(_ run: BackgroundProgram, isFirst: Bool) {
    if isFirst {
      let heading = report.heading(at: .now)
      write(Self.clear + styled(heading.text, heading.style) + "\n" + styled("running …", .faint) + "\n\n")
    }
    let lines = run.newLines()
    if !lines.isEmpty { write(printable(String(decoding: lines, as: UTF8.self))) }
  }

  private func styled(_ text: String, _ style: TextStyle) -> String {
    terminal.hasStyles ? style.applied(to: printable(text)) : printable(text)
  }

  /// Clears the screen. What scrolled off it before stays.
  private static let clear = "\u{1B}[H\u{1B}[2J"
}
