import ArgumentParser
import CourseKit
import Foundation
import Notebook

extension Workspace {
  /// Where the reader's progress is kept.
  var progressFile: ProgressFile { ProgressFile(root: root, environment: ProcessInfo.processInfo.environment) }

  /// Notes what was done with a lesson. A file that cannot be written costs one line on standard error, nothing else.
  func note(_ activity: ReadingProgress.Activity, _ lesson: LessonEntry) {
    do {
      try progressFile.add(activity, lesson)
    } catch {
      LiveLine.hint("course: \(error)")
    }
  }
}

/// The command that does what is next.
private func command(_ activity: ReadingProgress.Activity, _ lesson: LessonEntry) -> String {
  "swift run course \(activity == .read ? "read" : "run") \(lesson.paddedNumber)"
}

struct Progress: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows which lessons were read and run, which exercises solved, and how each quiz went.",
    discussion: """
      course read, run, watch, exercise and quiz note what was done in progress.txt, a line each, such as \
      "2026-11-26 14:02 ran 04" or "2026-11-26 14:31 solved 04.1". The file is yours: change it or delete it. COURSE_PROGRESS names another file, or none \
      if it is empty; nothing is noted where CI is set.
      """)

  func run() throws {
    let workspace = try Workspace()
    let lessons = workspace.manifest.lessons
    let progress = try workspace.progressFile.load()
    func day(_ activity: ReadingProgress.Activity, _ lesson: LessonEntry) -> Cell {
      .text(progress.last(activity, lesson).map { $0.date ?? "yes" } ?? "-")
    }
    let exercises = try workspace.exercises
    func solved(_ exercises: [Exercise]) -> Int { exercises.count { progress.solved($0) != nil } }
    let rows = lessons.map { lesson -> [Cell] in
      let own = exercises.of(lesson)
      return [
        .text(lesson.paddedNumber), .text(lesson.title), day(.read, lesson), day(.ran, lesson),
        .text(own.isEmpty ? "" : "\(solved(own)) of \(own.count)"),
        .text(
          QuizRound.exists(for: lesson, root: workspace.root) ? progress.last(.quiz, lesson)?.score ?? "-" : ""),
      ]
    }
    func count(_ activity: ReadingProgress.Activity) -> Int {
      lessons.count { progress.last(activity, $0) != nil }
    }
    let next = progress.next(of: lessons).map { "next: \(command($0.activity, $0.lesson))" } ?? "all is done"
    let summary =
      "\(count(.read)) of \(lessons.count) lessons read, \(count(.ran)) run, \(solved(exercises.all)) of "
      + "\(exercises.all.count) exercises solved; \(next)"
    let lines = TextTable(["#", "lesson", "read", "run", "exercises", "quiz"], rows).lines + ["", summary]
    StandardStreams.write(lines.joined(separator: "\n") + "\n")
  }
}

struct Next: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Names the first lesson that was not yet read or run, and the command for it.")

  func run() throws {
    let workspace = try Workspace()
    let lessons = workspace.manifest.lessons
    guard let next = try workspace.progressFile.load().next(of: lessons) else {
      return StandardStreams.write("All \(lessons.count) lessons are read and run.\n")
    }
    let verb = next.activity == .read ? "read" : "run"
    StandardStreams.write(
      "Lesson \(next.lesson.number), \(next.lesson.title), is not yet \(verb):\n"
        + "  \(command(next.activity, next.lesson))\n")
  }
}
