import Foundation
import Notebook
import Support

/// Runs lessons and holds their standard output against the recorded one.
public struct GoldenCheck: Sendable {
  /// What came of a lesson.
  public enum Outcome: Sendable {
    /// The same bytes.
    case same(seconds: Double)
    /// Other bytes.
    case different(UnifiedDiff)
    /// Nothing was recorded yet.
    case notRecorded
    /// It did not run to a good end.
    case failed(reason: String)

    /// Whether the check passes.
    public var isSame: Bool { if case .same = self { true } else { false } }
  }

  /// The package's root, where `expected-outputs` is.
  public let root: URL
  /// Seconds that a lesson may take.
  public let timeout: Double

  /// A check of the lessons of one package.
  ///
  /// - Parameters:
  ///   - root: the package's root.
  ///   - timeout: seconds that a lesson may take.
  public init(root: URL, timeout: Double = 300) {
    self.root = root
    self.timeout = timeout
  }

  /// Runs a lesson and compares its output with the golden; writes nothing.
  ///
  /// - Parameters:
  ///   - executable: the lesson's program.
  ///   - arguments: flags for it, which must not change the output.
  public func check(_ lesson: LessonEntry, executable: String, arguments: [String] = []) throws -> Outcome {
    let run = try run(executable, arguments)
    if let reason = failure(of: run) { return .failed(reason: reason) }
    guard let golden = golden(of: lesson) else { return .notRecorded }
    if golden == run.output { return .same(seconds: run.seconds) }
    return .different(UnifiedDiff(expected: golden, actual: run.output))
  }

  /// Runs a lesson and makes its output the golden, written to a temporary file and renamed.
  ///
  /// - Returns: what changed, as text for a person.
  public func record(_ lesson: LessonEntry, executable: String) throws -> String {
    let run = try run(executable, [])
    if let reason = failure(of: run) { throw CourseError("\(lesson.target) is not recorded: \(reason)") }
    let lineCount = run.output.count { $0 == UInt8(ascii: "\n") }
    guard let previous = golden(of: lesson) else {
      try write(run.output, of: lesson)
      return "\(lesson.golden): new, \(lineCount) lines\n"
    }
    if previous == run.output { return "\(lesson.golden): unchanged, \(lineCount) lines\n" }
    try write(run.output, of: lesson)
    let diff = UnifiedDiff(expected: previous, actual: run.output)
    return printable(diff.text(expectedName: "\(lesson.golden), before", actualName: "\(lesson.golden), now"))
      + "\(lesson.golden): rewritten, \(lineCount) lines; \(NumericDistance(diff).summary)\n"
  }

  /// An outcome as text for a person, with a line feed at its end.
  public func report(_ outcome: Outcome, of lesson: LessonEntry, arguments: [String] = []) -> String {
    let command = ([lesson.target] + arguments).joined(separator: " ")
    switch outcome {
    case .same(let seconds):
      return "\(command): same bytes (\(Format.fixed(seconds, decimals: 1)) s)\n"
    case .different(let diff):
      return printable(diff.text(expectedName: lesson.golden, actualName: "swift run \(command)"))
        + "\(command): differs from \(lesson.golden); \(NumericDistance(diff).summary)\n"
    case .notRecorded:
      return "\(command): \(lesson.golden) is missing; `swift run course record \(lesson.paddedNumber)` records it\n"
    case .failed(let reason):
      return "\(command): \(reason)\n"
    }
  }

  private func run(_ executable: String, _ arguments: [String]) throws -> Subprocess {
    // A crash ends with its message; the backtrace would take seconds and hide it.
    try Subprocess.capture(executable, arguments, environment: ["SWIFT_BACKTRACE": "enable=no"], timeout: timeout)
  }

  private func failure(of run: Subprocess) -> String? {
    // A run that printed nothing is a failure, even if the golden is empty.
    guard var reason = run.failure else { return nil }
    if run.ending == .timedOut { reason += " after \(Format.significant(timeout, digits: 6)) s" }
    let tail = run.errorTail()
    return tail.isEmpty ? reason : "\(reason); the end of its standard error:\n\(printable(tail))"
  }

  /// The recorded output, nil if there is none.
  public func golden(of lesson: LessonEntry) -> [UInt8]? {
    FileManager.default.contents(atPath: root.appending(path: lesson.golden).path).map { [UInt8]($0) }
  }

  private func write(_ output: [UInt8], of lesson: LessonEntry) throws {
    let path = root.appending(path: lesson.golden).path
    try FileSystem.makeDirectory(FileSystem.directory(of: path))
    try FileSystem.write(output, to: path)
  }
}
