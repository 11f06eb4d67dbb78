import Foundation

/// One lesson of the course, as a line of the manifest names it.
public struct LessonEntry: Equatable, Sendable, CustomStringConvertible {
  /// Its number, from 1.
  public let number: Int
  /// Its executable target and folder: `Lesson04_ViT`.
  public let target: String
  /// Its title, as its first line of output shows it.
  public let title: String
  /// What it teaches, in one line.
  public let teaches: String

  /// Two digits and more: `04`.
  public var paddedNumber: String { number < 10 ? "0\(number)" : "\(number)" }

  /// The target's name.
  public var description: String { target }

  /// Path of its exact standard output, from the package's root.
  public var golden: String { "expected-outputs/\(target).txt" }

  /// An entry of the manifest.
  ///
  /// - Parameters:
  ///   - target: `Lesson`, the number in two digits, an underscore and a name.
  public init(number: Int, target: String, title: String, teaches: String) {
    self.number = number
    self.target = target
    self.title = title
    self.teaches = teaches
  }
}

/// The list of lessons, kept in `Lessons/lessons.txt`: the one place that names them for people and tools.
///
/// A line is `number | target | title | what it teaches`; empty lines and those that begin with `#` are skipped.
public struct Manifest: Sendable {
  /// Path of the manifest from the package's root.
  public static let path = "Lessons/lessons.txt"

  /// The lessons in ascending order.
  public let lessons: [LessonEntry]

  /// Reads the manifest of the package at `root`.
  public init(root: URL) throws {
    let file = root.appending(path: Self.path)
    let text: String
    do {
      text = try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw CourseError("\(file.path): cannot read the list of lessons")
    }
    try self.init(parsing: text, file: Self.path)
  }

  /// Reads a manifest's text.
  ///
  /// - Parameter file: its name, for errors.
  /// - Throws: ``CourseError`` naming file, line and reason; also for a list without lessons.
  public init(parsing text: String, file: String) throws {
    var lessons: [LessonEntry] = []
    // Editors of some systems end lines with CR LF, and begin a file with a mark of its encoding.
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let place = "\(file):\(index + 1)"
      let entry = try Self.entry(line, place: place)
      if let previous = lessons.last, previous.number >= entry.number {
        throw CourseError("\(place): lesson \(entry.number) follows lesson \(previous.number)")
      }
      lessons.append(entry)
    }
    if lessons.isEmpty { throw CourseError("\(file): names no lesson") }
    self.lessons = lessons
  }

  private static func entry(_ line: String, place: String) throws -> LessonEntry {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard fields.count == 4, !fields.contains("") else {
      throw CourseError("\(place): expected number | target | title | what it teaches")
    }
    guard let number = Int(fields[0]), number > 0 else {
      throw CourseError("\(place): \(fields[0]) is not a lesson's number")
    }
    let entry = LessonEntry(number: number, target: fields[1], title: fields[2], teaches: fields[3])
    guard entry.target.hasPrefix("Lesson\(entry.paddedNumber)_") else {
      throw CourseError("\(place): the target of lesson \(number) begins with Lesson\(entry.paddedNumber)_")
    }
    return entry
  }

  /// The lesson that a person names: `4`, `04` or `Lesson04_ViT`.
  ///
  /// - Throws: ``CourseError`` that lists the known ones.
  public func lesson(named name: String) throws -> LessonEntry {
    if let lesson = lessons.first(where: { $0.target == name || (Int(name) == $0.number) }) { return lesson }
    let known = lessons.map(\.paddedNumber).joined(separator: ", ")
    throw CourseError("there is no lesson '\(name)'; known are \(known)")
  }

  /// The lessons that a person names, all of them for an empty list.
  public func lessons(named names: [String]) throws -> [LessonEntry] {
    names.isEmpty ? lessons : try names.map(lesson(named:))
  }
}
