import ArgumentParser
import CourseKit
import Foundation
import Notebook
import Weaver

struct Read: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a lesson's page in the terminal.",
    discussion: """
      Without a number: the first lesson that was not yet read. On a terminal the page goes through $PAGER, less if that \
      is not set. Folded parts stay folded but for --all.
      """)

  @Argument(help: "Number of the lesson: 04 or 4.")
  var lesson: String?

  @Option(help: ArgumentHelp("Show a section alone, by its number or by words of its title.", valueName: "section"))
  var section: String?

  @Flag(help: "Open the folded parts.")
  var all = false

  @Flag(inversion: .prefixedNo, help: "Show the page screen by screen.")
  var pager = true

  func validate() throws {
    if section == "" { throw ValidationError("Missing value for '--section <section>'") }
  }

  func run() throws {
    let workspace = try Workspace()
    guard let lesson = try lesson(in: workspace) else {
      return StandardStreams.write("All lessons are read; `swift run course read 04` shows one again.\n")
    }
    let environment = ProcessInfo.processInfo.environment
    let terminal = Terminal.ofStandardOutput
    let pager = terminal.columns == nil || !self.pager ? nil : Pager(environment: environment)
    var layout = TerminalPage.Layout(
      terminal, columns: environment["COLUMNS"].flatMap { Int($0) }, opensDetails: all)
    if let pager, !pager.knowsLinks { layout.hasLinks = false }
    let text = try LessonReading(lesson, root: workspace.root).text(section: section, layout: layout)
    if try pager?.show(text) != true { StandardStreams.write(text) }
    if section == nil { workspace.note(.read, lesson) }
  }

  private func lesson(in workspace: Workspace) throws -> LessonEntry? {
    if let lesson { return try workspace.manifest.lesson(named: lesson) }
    let progress = try workspace.progressFile.load()
    return workspace.manifest.lessons.first { progress.last(.read, $0) == nil }
  }
}
