import Foundation
import Notebook

/// Checks an answer again on every save, and goes on to the next exercise of the lesson when it is right.
///
/// The loop looks at the exercise's folder ten times a second. A check takes about a second, in which it does not look.
public final class ExerciseWatch {
  private let exercises: [Exercise]
  private let root: URL
  private let terminal: Terminal
  private let write: (String) -> Void
  private let task: (Exercise) throws -> String
  private let check: (Exercise) throws -> (isSolved: Bool, report: String)
  private var index = 0

  /// A watch that has not begun.
  ///
  /// - Parameters:
  ///   - exercises: the exercise to begin with, and those that follow it.
  ///   - terminal: what the texts are written to.
  ///   - write: takes each text.
  ///   - task: what an exercise asks for, as it is to be read.
  ///   - check: checks an answer and says what came of it.
  public init(
    _ exercises: [Exercise], root: URL, terminal: Terminal, write: @escaping (String) -> Void,
    task: @escaping (Exercise) throws -> String, check: @escaping (Exercise) throws -> (isSolved: Bool, report: String)
  ) {
    self.exercises = exercises
    self.root = root
    self.terminal = terminal
    self.write = write
    self.task = task
    self.check = check
  }

  /// Watches until all exercises are solved or `goesOn` returns false.
  ///
  /// - Parameter goesOn: is called ten times a second.
  public func run(while goesOn: () -> Bool) throws {
    var checked: SourceSnapshot?
    var last: SourceSnapshot?
    while index < exercises.count, goesOn() {
      let exercise = exercises[index]
      let now = SourceSnapshot(root: root, paths: [exercise.folder])
      // A save comes in pieces: it counts when nothing has changed since the look before.
      if now != checked, now == last {
        try look(at: exercise)
        // The next exercise waits for its first save: what came of this one is still on the screen.
        if index < exercises.count { checked = SourceSnapshot(root: root, paths: [exercises[index].folder]) }
      } else {
        last = now
        usleep(100_000)
      }
    }
  }

  private func look(at exercise: Exercise) throws {
    let (isSolved, report) = try check(exercise)
    if terminal.hasCursor { write("\u{1B}[H\u{1B}[2J") }
    write(report + "\n")
    if isSolved { index += 1 }
    if index == exercises.count { return write("All exercises of the lesson from here on are solved.\n") }
    let answer = AnswerFile(exercises[index], root: root)
    if isSolved {
      try answer.begin()
      write("Next is \(exercises[index].id), \(exercises[index].title). Its task:\n\n\(try task(exercises[index]))\n\n")
    }
    write("watching \(answer.path); Ctrl-C ends\n")
  }
}
