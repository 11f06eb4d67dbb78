import Foundation
import Support

/// What a reader has read, run, solved and answered: the lines of `progress.txt`.
///
/// A line is a date, a time, what was done, and with what:
///
/// ```
/// 2026-11-26 14:02 ran 04
/// 2026-11-26 14:20 hint 04.1
/// 2026-11-26 14:31 solved 04.1
/// 2026-11-26 14:40 quiz 04 9/11
/// ```
///
/// Date and time may be missing from a line that a person wrote. Lines of any other form are the reader's own, and stand
/// for nothing here.
public struct ReadingProgress: Equatable, Sendable {
  /// What can be done with a lesson.
  public enum Activity: String, Sendable {
    /// Its page was shown.
    case read
    /// Its program was started.
    case ran
    /// An exercise's check passed.
    case solved
    /// A hint was shown.
    case hint
    /// Its quiz was answered.
    case quiz
  }

  /// A line of the file.
  public struct Entry: Equatable, Sendable {
    /// What was done.
    public let activity: Activity
    /// The lesson's number.
    public let lesson: Int
    /// The exercise's number, if it was done with one.
    public var exercise: Int?
    /// `9/11`: right answers and questions of a quiz.
    public var score: String?
    /// `2026-11-26`, if the line has a date.
    public let date: String?
  }

  /// The lines that say something, in their order.
  public let entries: [Entry]

  /// Reads the text of the file.
  public init(parsing text: String) {
    entries = text.split(whereSeparator: \.isNewline).compactMap(Self.entry)
  }

  private static func entry(_ line: Substring) -> Entry? {
    var fields = line.split(whereSeparator: \.isWhitespace)
    let date = fields.first.flatMap { isDate($0) ? String(fields.removeFirst()) : nil }
    if date != nil, let time = fields.first, isTime(time) { fields.removeFirst() }
    guard fields.count >= 2, let activity = Activity(rawValue: String(fields[0])) else { return nil }
    let numbers = fields[1].split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard let lesson = numbers[0] else { return nil }
    var entry = Entry(activity: activity, lesson: lesson, date: date)
    switch activity {
    case .read, .ran:
      return fields.count == 2 && numbers.count == 1 ? entry : nil
    case .solved, .hint:
      guard fields.count == 2, numbers.count == 2, let exercise = numbers[1] else { return nil }
      entry.exercise = exercise
      return entry
    case .quiz:
      guard fields.count == 3, numbers.count == 1, isScore(fields[2]) else { return nil }
      entry.score = String(fields[2])
      return entry
    }
  }

  private static func isDate(_ text: Substring) -> Bool { hasForm(text, "0000-00-00") }

  private static func isTime(_ text: Substring) -> Bool { hasForm(text, "00:00") || hasForm(text, "00:00:00") }

  private static func isScore(_ text: Substring) -> Bool {
    let counts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    return counts.count == 2 && !counts.contains(nil)
  }

  /// Whether a text has digits where a form has zeros, and is equal to it elsewhere.
  private static func hasForm(_ text: Substring, _ form: String) -> Bool {
    text.utf8.count == form.utf8.count
      && zip(text.utf8, form.utf8).allSatisfy { byte, pattern in
        pattern == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == pattern
      }
  }

  /// The last line that says so of a lesson.
  public func last(_ activity: Activity, _ lesson: LessonEntry) -> Entry? {
    entries.last { $0.activity == activity && $0.lesson == lesson.number }
  }

  /// The last line that says that an exercise was solved.
  public func solved(_ exercise: Exercise) -> Entry? { lines(.solved, exercise).last }

  /// How many hints were shown for an exercise.
  public func hintCount(_ exercise: Exercise) -> Int { lines(.hint, exercise).count }

  private func lines(_ activity: Activity, _ exercise: Exercise) -> [Entry] {
    entries.filter {
      $0.activity == activity && $0.lesson == exercise.lesson.number && $0.exercise == exercise.number
    }
  }

  /// The first lesson that was not yet read or not yet run, and what of the two comes first; nil if all is done.
  public func next(of lessons: [LessonEntry]) -> (lesson: LessonEntry, activity: Activity)? {
    for lesson in lessons {
      if last(.read, lesson) == nil { return (lesson, .read) }
      if last(.ran, lesson) == nil { return (lesson, .ran) }
    }
    return nil
  }
}

/// The file that keeps a reader's progress.
///
/// It is `progress.txt` at the package's root, or where `COURSE_PROGRESS` says. Nothing is kept if that is set and empty,
/// or if `CI` is set: what runs there is no reader.
public struct ProgressFile: Sendable {
  /// Path of the file, nil where none is kept.
  public let path: String?

  /// The file that the environment asks for.
  public init(root: URL, environment: [String: String]) {
    if let path = environment["COURSE_PROGRESS"] {
      self.path = path.isEmpty ? nil : path
    } else {
      let isAutomatic = !["", "0", "false"].contains(environment["CI"] ?? "")
      path = isAutomatic ? nil : root.appending(path: "progress.txt").path
    }
  }

  /// What the file says; nothing where there is none.
  ///
  /// - Throws: `DataError` if it is there and cannot be read.
  public func load() throws -> ReadingProgress {
    guard let path, FileSystem.exists(path) else { return ReadingProgress(parsing: "") }
    return ReadingProgress(parsing: String(decoding: try FileSystem.read(path, limit: 16 << 20), as: UTF8.self))
  }

  /// Adds a line: what was done with a lesson, and when. All that stands in the file stays as it is.
  ///
  /// - Throws: ``CourseError`` if it cannot be written.
  public func add(_ activity: ReadingProgress.Activity, _ lesson: LessonEntry, at time: LocalTime = .now) throws {
    try add("\(activity.rawValue) \(lesson.paddedNumber)", at: time)
  }

  /// Adds a line: what was done with an exercise.
  ///
  /// - Throws: ``CourseError`` if it cannot be written.
  public func add(_ activity: ReadingProgress.Activity, _ exercise: Exercise, at time: LocalTime = .now) throws {
    try add("\(activity.rawValue) \(exercise.id)", at: time)
  }

  /// Adds a line: how many questions of a lesson's quiz were answered rightly.
  ///
  /// - Throws: ``CourseError`` if it cannot be written.
  public func add(quiz lesson: LessonEntry, right: Int, of count: Int, at time: LocalTime = .now) throws {
    try add("\(ReadingProgress.Activity.quiz.rawValue) \(lesson.paddedNumber) \(right)/\(count)", at: time)
  }

  private func add(_ text: String, at time: LocalTime) throws {
    guard let path else { return }
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    var line = "\(time.date) \(time.minute) \(text)\n"
    if size == 0 { line = Self.heading + line }
    var last: UInt8 = 0
    // An editor may have left the last line without its end.
    if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != UInt8(ascii: "\n") { line = "\n" + line }
    let bytes = Array(line.utf8)
    // One call, so that lines of two programs never mix.
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw failure() }
  }

  private static let heading =
    "# What you have read, run, solved and answered. The file is yours: change it, or delete it.\n"

  private func failure() -> CourseError {
    CourseError("\(path ?? ""): cannot be written: \(FileSystem.lastError)")
  }
}
