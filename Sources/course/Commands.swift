import ArgumentParser
import CourseKit
import Foundation
import Notebook
import Weaver

/// The package and its lessons, as every command needs them.
struct Workspace {
  let root: URL
  let manifest: Manifest
  let products: Products

  init() throws {
    root = try PackageRoot.find(from: URL(filePath: FileManager.default.currentDirectoryPath))
    manifest = try Manifest(root: root)
    products = Products(root: root, besideProgram: Products.runningProgram)
  }
}

/// Refuses a time limit that is none; written so that NaN is refused too.
func validateTimeout(_ seconds: Double) throws {
  guard seconds > 0, seconds <= 1_000_000 else {
    throw ValidationError("The value '\(seconds)' is invalid for '--timeout <seconds>': above 0, up to 1000000")
  }
}

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "One line for each lesson, with what it teaches.")

  func run() throws {
    let rows = try Workspace().manifest.lessons.map { lesson in
      [lesson.paddedNumber, lesson.target, lesson.title, lesson.teaches]
    }
    let lines = TextTable(["#", "lesson", "title", "what it teaches"], rows.map { $0.map(Cell.text) }).lines
    StandardStreams.write(lines.joined(separator: "\n") + "\n")
  }
}

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a lesson; what follows its number goes to the lesson.")

  @Argument(help: "Number of the lesson: 04 or 4.")
  var lesson: String

  @Argument(parsing: .captureForPassthrough, help: "The lesson's own flags.")
  var arguments: [String] = []

  func run() throws {
    let workspace = try Workspace()
    let lesson = try workspace.manifest.lesson(named: self.lesson)
    let executable = try workspace.products.currentExecutable(of: lesson)
    if !["--help", "-h"].contains(where: arguments.contains) { workspace.note(.ran, lesson) }
    try Subprocess.replaceThisProcess(executable, arguments)
  }
}

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares lessons with their recorded output and their pages; changes nothing.",
    discussion: """
      On a difference prints it as a unified diff with the largest distance between two numbers, and ends with \
      exit code 1. So it does for a page in docs/lessons that is not what the lesson's source and run give.
      """)

  @Argument(help: "Numbers of the lessons; all without any.")
  var lessons: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Run each lesson once with each of these thread counts.", valueName: "n"))
  var threads: [Int] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("Seconds that a lesson may take.", valueName: "seconds"))
  var timeout: Double = 300

  func validate() throws {
    for count in threads { try CommonOptions.check(count, of: "--threads <n>", in: CommonOptions.threadRange) }
    try validateTimeout(timeout)
  }

  func run() throws {
    let workspace = try Workspace()
    let weaver = try Weaver(root: workspace.root)
    var failures = 0
    for lesson in try workspace.manifest.lessons(named: lessons) {
      for arguments in threads.isEmpty ? [[]] : threads.map({ ["--threads", String($0)] }) {
        // A page can only be as its lesson is.
        var problems: [String] = []
        let isGolden = try workspace.withGoldenRun(
          of: lesson, timeout: timeout, arguments: arguments, reportsAll: true
        ) { folder in
          problems = try weaver.problems(of: lesson, run: folder)
          for problem in problems { StandardStreams.write(problem + "\n") }
        }
        if !isGolden || !problems.isEmpty { failures += 1 }
      }
    }
    if failures > 0 { throw ExitCode.failure }
  }
}

struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the output of lessons the one to check against; the only way to write it.")

  @Argument(help: "Numbers of the lessons.")
  var lessons: [String]

  @Option(parsing: .unconditional, help: ArgumentHelp("Seconds that a lesson may take.", valueName: "seconds"))
  var timeout: Double = 300

  func validate() throws { try validateTimeout(timeout) }

  func run() throws {
    let workspace = try Workspace()
    let check = GoldenCheck(root: workspace.root, timeout: timeout)
    for lesson in try workspace.manifest.lessons(named: lessons) {
      let executable = try workspace.products.currentExecutable(of: lesson)
      StandardStreams.write(try check.record(lesson, executable: executable))
    }
  }
}
