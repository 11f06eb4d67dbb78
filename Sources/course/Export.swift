import ArgumentParser
import CourseKit
import Foundation
import Notebook
import Support
import Weaver

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes lessons as Jupyter notebooks and as plain Swift files.",
    discussion: """
      A notebook (NN-name.ipynb) holds the outputs of a run that is made for it. A file that is there already and differs \
      is left alone unless --replace is given: somebody may have worked in it.
      """)

  @Argument(help: "The directory to write to; it is made where it is missing.")
  var directory: String

  @Argument(help: "Numbers of the lessons; all without any.")
  var lessons: [String] = []

  @Flag(help: "Replace files that are there already.")
  var replace = false

  @Option(parsing: .unconditional, help: ArgumentHelp("Seconds that a lesson may take.", valueName: "seconds"))
  var timeout: Double = 300

  func validate() throws {
    if directory.isEmpty { throw ValidationError("Missing expected argument '<directory>'") }
    try validateTimeout(timeout)
  }

  func run() throws {
    let workspace = try Workspace()
    let weaver = try Weaver(root: workspace.root)
    var left = 0
    for lesson in try workspace.manifest.lessons(named: lessons) {
      let isGolden = try workspace.withGoldenRun(of: lesson, timeout: timeout) { folder in
        for export in try weaver.exports(of: lesson, run: folder) where try !write(export) { left += 1 }
      }
      if !isGolden { throw ExitCode.failure }
    }
    if left > 0 { throw ExitCode.failure }
  }

  /// Writes a file; says so, and returns false, if another one has its name.
  private func write(_ export: Weaver.Export) throws -> Bool {
    let path = FileSystem.join(directory, export.name)
    if let present = FileManager.default.contents(atPath: path) {
      if present == export.bytes {
        StandardStreams.write("\(path): unchanged\n")
        return true
      }
      if !replace {
        StandardStreams.write("\(path): is there and differs; --replace replaces it\n")
        return false
      }
    }
    try FileSystem.makeDirectory(directory)
    try FileSystem.write([UInt8](export.bytes), to: path)
    StandardStreams.write("\(path): written\n")
    return true
  }
}
