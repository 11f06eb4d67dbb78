import Notebook
import Support

/// What `course watch` shows of one build and run of a lesson.
struct WatchReport {
  /// A run that came to a good end.
  struct GoodRun {
    let output: [UInt8]
    let time: LocalTime
  }

  /// What became of a save.
  enum Event {
    /// It was built in some seconds, and ran in some seconds.
    case good(GoodRun, buildSeconds: Double, runSeconds: Double, warnings: [BuildErrors.Diagnostic])
    /// Nothing was built or run: the expected output changed.
    case compared(GoodRun)
    case notBuilt(BuildErrors)
    case failed(Subprocess)
    /// A file without which there is no lesson.
    case missing(path: String)
  }

  let lesson: LessonEntry
  let arguments: [String]
  let golden: [UInt8]?
  /// The last good run before the event.
  let previous: GoodRun?
  /// Lines of the terminal that differences may fill; nil for any number.
  let rows: Int?
  /// Columns of the terminal.
  let columns: Int?

  /// A line of the report.
  struct Line {
    var text: String
    var style = TextStyle()

    init(_ text: String, _ style: TextStyle = TextStyle()) {
      self.text = text
      self.style = style
    }
  }

  /// The report as text.
  func text(_ event: Event, at time: LocalTime, hasStyles: Bool) -> String {
    let lines = [heading(at: time)] + lines(event)
    return lines.map { line in
      let text = printable(line.text)
      return (hasStyles ? line.style.applied(to: text) : text) + "\n"
    }.joined()
  }

  /// `Lesson 3. What is Multimodal Learning?  14:02:31`, with the lesson's flags.
  func heading(at time: LocalTime) -> Line {
    let title = "Lesson \(lesson.number). \(lesson.title)"
    return Line(([title] + arguments).joined(separator: " ") + "  \(time.second)", .bold)
  }

  private func lines(_ event: Event) -> [Line] {
    switch event {
    case .good(let run, let buildSeconds, let runSeconds, let warnings):
      let times = "built in \(Self.seconds(buildSeconds)), ran in \(Self.seconds(runSeconds))"
      return [Line(times, .faint)] + Self.lines(of: warnings, atMost: 3) + [Line("")]
        + comparison(run, subject: "", diffCount: previous.map { $0.output != run.output } == true ? 2 : 1)
        + sincePrevious(run)
    case .compared(let run):
      return [Line("\(lesson.golden) was saved", .faint), Line("")] + comparison(run, subject: "")
    case .notBuilt(let errors):
      return [Line("does not build", .colored(.red)), Line("")] + lines(of: errors) + lastGood()
    case .failed(let run):
      return failure(run) + lastGood()
    case .missing(let path):
      return [Line("\(path) is missing; waiting for it", .colored(.red))] + lastGood()
    }
  }

  private static func seconds(_ value: Double) -> String { "\(Format.fixed(value, decimals: 1)) s" }
}

// MARK: Differences

extension WatchReport {
  /// A run beside the expected output.
  private func comparison(_ run: GoodRun, subject: String, diffCount: Int = 1) -> [Line] {
    guard let golden else {
      return [
        Line(
          "\(lesson.golden) is missing; `swift run course record \(lesson.paddedNumber)` records it", .colored(.yellow))
      ]
    }
    if golden == run.output {
      let count = run.output.count { $0 == UInt8(ascii: "\n") }
      return [Line("\(subject)same bytes as \(lesson.golden), \(count) lines", .colored(.green))]
    }
    let diff = UnifiedDiff(expected: golden, actual: run.output)
    let count = Self.count(diff)
    let summary = "\(count) \(count == 1 ? "line differs" : "lines differ") from \(lesson.golden)"
    let verdict = [
      Line("\(subject)\(summary)", .colored(.yellow)), Line(NumericDistance(diff).summary, .colored(.yellow)),
    ]
    // The expected output is that of the lesson without flags: other flags, other lines.
    if !arguments.isEmpty { return verdict }
    return verdict + [Line("")] + lines(of: diff, context: 2, diffCount: diffCount)
  }

  /// What changed since the run before, unless the expected output says it already.
  private func sincePrevious(_ run: GoodRun) -> [Line] {
    guard let previous else { return [] }
    if previous.output == run.output {
      return [Line("nothing changed since the run of \(previous.time.second)", .faint)]
    }
    if previous.output == golden, arguments.isEmpty { return [] }
    let diff = UnifiedDiff(expected: previous.output, actual: run.output)
    let count = Self.count(diff)
    let summary = "since the run of \(previous.time.second), \(count) \(count == 1 ? "line" : "lines") changed:"
    return [Line(""), Line(summary, .bold)] + lines(of: diff, context: 0, diffCount: 2)
  }

  private func lastGood() -> [Line] {
    guard let previous else { return [Line(""), Line("there is no good result yet", .faint)] }
    return [Line("")] + comparison(previous, subject: "last good result, of \(previous.time.second): ", diffCount: 2)
  }

  /// How many lines one text has otherwise than the other.
  private static func count(_ diff: UnifiedDiff) -> Int {
    diff.changes.reduce(0) { count, change in
      guard case .replaced(let expected, let actual) = change else { return count }
      return count + max(expected.count, actual.count)
    }
  }

  /// The hunks of a difference, as many as the terminal has room for beside the rest and `diffCount - 1` others.
  private func lines(of diff: UnifiedDiff, context: Int, diffCount: Int) -> [Line] {
    let text = diff.text(expectedName: "", actualName: "", context: context)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).dropLast().map { line in
      switch line.first {
      case "+": Line(String(line), .colored(.green))
      case "-": Line(String(line), .colored(.red))
      case "@": Line(String(line), .colored(.cyan))
      default: Line(String(line))
      }
    }
    guard let rows else { return lines }
    return cut(lines, toRows: max((rows - 10) / diffCount, 4))
  }

  private func cut(_ lines: [Line], toRows room: Int) -> [Line] {
    let width = max(columns ?? 80, 1)
    var used = 0
    for (index, line) in lines.enumerated() {
      used += max((DisplayWidth.columns(of: printable(line.text)) + width - 1) / width, 1)
      // The last row says how many lines are left out, unless all fit.
      if used > room || used == room && index + 1 < lines.count {
        return lines[..<index] + [Line("… \(lines.count - index) more lines", .faint)]
      }
    }
    return lines
  }
}

// MARK: Mistakes

extension WatchReport {
  private func lines(of build: BuildErrors) -> [Line] {
    if build.errors.isEmpty { return build.tail.map { Line($0) } }
    return Self.lines(of: build.errors, atMost: 5)
  }

  private static func lines(of diagnostics: [BuildErrors.Diagnostic], atMost limit: Int) -> [Line] {
    var lines: [Line] = []
    for diagnostic in diagnostics.prefix(limit) {
      let kind = diagnostic.isError ? "error" : "warning"
      lines.append(
        Line("\(diagnostic.place): \(kind): \(diagnostic.message)", .colored(diagnostic.isError ? .red : .yellow)))
      lines += diagnostic.excerpt.map { Line($0) }
    }
    let rest = diagnostics.count - limit
    if rest > 0 { lines.append(Line("… \(rest) more", .faint)) }
    return lines
  }

  /// How a lesson ended that came to no good end, what it said of that, and how far it had come.
  private func failure(_ run: Subprocess) -> [Line] {
    let printed = run.outputText.split(whereSeparator: \.isNewline)
    var lines = [Line(run.failure ?? "", .colored(.red)), Line("")]
    lines += run.errorTail().split(separator: "\n").map { Line(String($0)) }
    if !printed.isEmpty {
      lines += [Line(""), Line("before that it printed \(printed.count) lines, the last of them:", .faint)]
      lines += printed.suffix(3).map { Line("  \($0)") }
    }
    return lines
  }
}
