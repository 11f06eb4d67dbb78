import ArgumentParser
import CourseKit
import Foundation
import Notebook

struct AskQuiz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quiz",
    abstract: "Asks the questions of a lesson's quiz; without a number lists the quizzes.",
    discussion: """
      A question has four answers, or asks for a number that the lesson prints, to be predicted before it is run. After \
      each answer comes an explanation. The score of a quiz that was answered to its end is noted in progress.txt.
      """)

  @Argument(help: "Number of the lesson: 04 or 4.")
  var lesson: String?

  func run() throws {
    let workspace = try Workspace()
    guard let name = lesson else { return try list(workspace) }
    let lesson = try workspace.manifest.lesson(named: name)
    let round = try QuizRound(of: lesson, root: workspace.root)
    StandardStreams.write("Lesson \(lesson.number). \(lesson.title)\n")
    let score = round.play()
    guard score.answered == round.count else { return }
    do {
      try workspace.progressFile.add(quiz: lesson, right: score.right, of: score.answered)
    } catch {
      LiveLine.hint("course: \(error)")
    }
  }

  private func list(_ workspace: Workspace) throws {
    let progress = try workspace.progressFile.load()
    let rows = try workspace.manifest.lessons.filter { QuizRound.exists(for: $0, root: workspace.root) }.map { lesson in
      let count = try QuizRound.quiz(of: lesson, root: workspace.root).questions.count
      let last = progress.last(.quiz, lesson)?.score ?? "-"
      return [Cell.text(lesson.paddedNumber), .text(lesson.title), .integer(count), .text(last)]
    }
    let lines = TextTable(["#", "lesson", "questions", "last score"], rows).lines
    StandardStreams.write((lines + ["", "swift run course quiz 04 asks one of them"]).joined(separator: "\n") + "\n")
  }
}
