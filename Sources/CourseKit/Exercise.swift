import Foundation
import Support

/// An exercise of a lesson: a folder `Exercises/1-patchify` in the lesson's folder.
///
/// | file | what it holds |
/// |---|---|
/// | `Exercise.md` | title and task; under headings `Hint` the hints, one after another; under `Why` what the solution shows |
/// | `Starter.swift` | what one begins with: it compiles, and fails the check |
/// | `Check.swift` | the properties of a right answer |
/// | `Solution.swift` | a right answer |
/// | `Answer.swift` | the reader's own, made from the starter; not part of the course |
public struct Exercise: Equatable, Sendable {
  /// The lesson that it belongs to.
  public let lesson: LessonEntry
  /// Its number in the lesson, from 1.
  public let number: Int
  /// Path of its folder, from the package's root.
  public let folder: String
  /// Its title.
  public let title: String
  /// What is to be done, in Markdown.
  public let task: String
  /// Hints, in Markdown: each says more than the one before.
  public let hints: [String]
  /// What the solution shows, in Markdown.
  public let reason: String

  /// What commands call it: `04.1`.
  public var id: String { "\(lesson.paddedNumber).\(number)" }

  /// A file of its folder, from the package's root.
  public func path(of file: File) -> String { "\(folder)/\(file.rawValue)" }

  /// The files of its folder.
  public enum File: String, CaseIterable, Sendable {
    case text = "Exercise.md"
    case starter = "Starter.swift"
    case check = "Check.swift"
    case solution = "Solution.swift"
    case answer = "Answer.swift"
  }

  /// Reads the text of an exercise.
  ///
  /// - Parameters:
  ///   - folder: path of its folder, from the package's root; its name begins with the number and a hyphen.
  ///   - text: the contents of `Exercise.md`.
  /// - Throws: ``CourseError`` that names the file and what it lacks.
  init(lesson: LessonEntry, number: Int, folder: String, text: String) throws {
    self.lesson = lesson
    self.number = number
    self.folder = folder
    let file = "\(folder)/\(File.text.rawValue)"
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard let first = lines.first, first.hasPrefix("# ") else {
      throw CourseError("\(file):1: begins with '# ' and a title")
    }
    title = String(first.dropFirst(2))
    var (task, hints, reason): (String, [String], String?) = ("", [], nil)
    for part in Self.parts(lines.dropFirst()) {
      let body = part.body.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
      switch part.heading {
      case nil: task = body
      case "Hint": hints.append(body)
      case "Why": reason = body
      case let heading?: throw CourseError("\(file): has a heading '\(heading)'; known are Hint and Why")
      }
    }
    if task.isEmpty { throw CourseError("\(file): has no task between its title and the first hint") }
    guard !hints.isEmpty, !hints.contains("") else { throw CourseError("\(file): has no hint, or an empty one") }
    guard let reason, !reason.isEmpty else { throw CourseError("\(file): says nothing under a heading Why") }
    (self.task, self.hints, self.reason) = (task, hints, reason)
  }

  /// The lines under each heading of the second level; those before the first have none.
  private static func parts(_ lines: ArraySlice<Substring>) -> [(heading: String?, body: [Substring])] {
    var parts: [(heading: String?, body: [Substring])] = [(nil, [])]
    var isCode = false
    for line in lines {
      if line.hasPrefix("```") { isCode.toggle() }
      if !isCode, line.hasPrefix("## ") {
        parts.append((line.dropFirst(3).trimmingCharacters(in: .whitespaces), []))
      } else {
        parts[parts.count - 1].body.append(line)
      }
    }
    return parts
  }
}

/// The exercises of the course.
public struct ExerciseList: Sendable {
  /// The exercises in the order of lessons and numbers.
  public let all: [Exercise]

  /// Finds the exercises of lessons in their folders.
  ///
  /// - Throws: ``CourseError`` for a folder that lacks a file, or whose number does not follow.
  public init(of lessons: [LessonEntry], root: URL) throws {
    all = try lessons.flatMap { try Self.exercises(of: $0, root: root) }
  }

  private static func exercises(of lesson: LessonEntry, root: URL) throws -> [Exercise] {
    let parent = "Lessons/\(lesson.target)/Exercises"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: parent).path)) ?? []
    // Finder and editors leave hidden files.
    let folders = try names.filter { !$0.hasPrefix(".") }.map { name -> (number: Int, path: String) in
      guard let number = name.split(separator: "-").first.flatMap({ Int($0) }), name.contains("-") else {
        throw CourseError("\(parent)/\(name): a folder of an exercise is named like 1-patchify")
      }
      return (number, "\(parent)/\(name)")
    }.sorted { $0.number < $1.number }
    return try folders.enumerated().map { index, folder in
      guard folder.number == index + 1 else { throw CourseError("\(folder.path): there is no exercise \(index + 1)") }
      for file in Exercise.File.allCases where file != .answer {
        let path = "\(folder.path)/\(file.rawValue)"
        guard FileSystem.exists(root.appending(path: path).path) else { throw CourseError("\(path): is missing") }
      }
      let text = try FileSystem.read(
        root.appending(path: "\(folder.path)/\(Exercise.File.text.rawValue)").path, limit: 1 << 20)
      return try Exercise(
        lesson: lesson, number: folder.number, folder: folder.path, text: String(decoding: text, as: UTF8.self))
    }
  }

  /// The exercise that a person names: `04.1`, `4.1`, or the name of its folder without the number.
  ///
  /// - Throws: ``CourseError`` that lists the known ones.
  public func exercise(named name: String) throws -> Exercise {
    let fields = name.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    let found = all.first { exercise in
      fields == [exercise.lesson.number, exercise.number]
        || exercise.folder.hasSuffix("/\(exercise.number)-\(name)")
    }
    if let found { return found }
    throw CourseError(
      all.isEmpty
        ? "this course has no exercises"
        : "there is no exercise '\(name)'; known are \(all.map(\.id).joined(separator: ", "))")
  }

  /// The exercises of a lesson.
  public func of(_ lesson: LessonEntry) -> [Exercise] { all.filter { $0.lesson == lesson } }

  /// The first exercise that is not solved.
  public func next(_ progress: ReadingProgress) -> Exercise? { all.first { progress.solved($0) == nil } }
}
