import Foundation

/// Where SwiftPM puts the built lessons, and how to have them built.
public struct Products: Sendable {
  /// The package's root.
  public let root: URL
  /// Folder of the executables: `.build/x86_64-unknown-linux-gnu/debug`.
  public let folder: URL

  /// The products beside a program that SwiftPM built itself, otherwise those of a debug build in `.build`.
  ///
  /// - Parameter program: path of the running program.
  public init(root: URL, besideProgram program: String) {
    self.root = root
    let folder = URL(filePath: program).resolvingSymlinksInPath().deletingLastPathComponent()
    let isBuildFolder = ["debug", "release"].contains(folder.lastPathComponent)
    self.folder = isBuildFolder ? folder : root.appending(path: ".build/debug").resolvingSymlinksInPath()
  }

  /// The products in a folder.
  public init(root: URL, folder: URL) {
    self.root = root
    self.folder = folder
  }

  /// Path of this process's own program.
  public static var runningProgram: String {
    #if os(Linux)
      if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
    #endif
    return Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
  }

  /// Path of a lesson's executable, whether it is there or not.
  public func executable(of lesson: LessonEntry) -> String {
    folder.appending(path: lesson.target).path
  }

  /// Path of a lesson's executable, built first when it is missing or older than a source.
  public func currentExecutable(of lesson: LessonEntry) throws -> String {
    if isStale(lesson) { try build(lesson) }
    return executable(of: lesson)
  }

  /// Whether the executable is missing, or a source that it is made of is newer.
  public func isStale(_ lesson: LessonEntry) -> Bool {
    guard let built = modified(URL(filePath: executable(of: lesson))) else { return true }
    let sources = ["Sources", "Lessons/\(lesson.target)"].map { root.appending(path: $0) }
    if let package = modified(root.appending(path: "Package.swift")), package > built { return true }
    return sources.contains { folder in
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
      while let file = files?.nextObject() as? URL {
        if let date = modified(file), date > built { return true }
      }
      return false
    }
  }

  private func modified(_ file: URL) -> Date? {
    try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
  }

  /// The command that builds a lesson: a program's path and its arguments.
  func buildCommand(of lesson: LessonEntry) -> (executable: String, arguments: [String]) {
    let configuration = folder.lastPathComponent == "release" ? "release" : "debug"
    let scratch = folder.deletingLastPathComponent().deletingLastPathComponent().path
    return (
      "/usr/bin/env",
      [
        "swift", "build", "--package-path", root.path, "--scratch-path", scratch, "--configuration", configuration,
        "--product", lesson.target,
      ]
    )
  }

  private func build(_ lesson: LessonEntry) throws {
    let command = buildCommand(of: lesson)
    let ending = try Subprocess.runOnStandardError(command.executable, command.arguments)
    guard ending == .exited(0) else { throw CourseError("\(lesson.target) does not build; its errors stand above") }
  }
}
